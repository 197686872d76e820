package org.maintenancemanager.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The one PostgreSQL that the manager and pgbench are measured on. Durable: what it acknowledged is on the disk. */
final class PostgresServer implements AutoCloseable {
    static final String USER = "postgres";

    private static final String DATABASE = "postgres";

    private static final Map<String, String> SETTINGS = settings();

    private final EmbeddedPostgres postgres;

    private PostgresServer(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    private static Map<String, String> settings() {
        var settings = new LinkedHashMap<String, String>();
        settings.put("fsync", "on");
        settings.put("synchronous_commit", "on");
        settings.put("full_page_writes", "on");
        // The default of 128 MB is meant for a machine that does other work; this holds the tables of 100,000 nodes.
        settings.put("shared_buffers", "512MB");
        // Keeps checkpoints by volume out of runs of a few seconds, for the manager and pgbench alike.
        settings.put("max_wal_size", "4GB");
        settings.put("max_connections", "100");
        settings.put("listen_addresses", "127.0.0.1");
        return settings;
    }

    static PostgresServer start(Path dataDirectory) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(dataDirectory)
                .setCleanDataDirectory(true)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setLocaleConfig("locale", "C.UTF-8");
        SETTINGS.forEach(builder::setServerConfig);
        var server = new PostgresServer(builder.start());
        // The library would rather be fast than durable; a figure without fsync would be a lie.
        for (String name : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
            String found = server.text("show " + name);
            if (!found.equals("on")) {
                server.close();
                throw new IllegalStateException("PostgreSQL runs with %s=%s, expected on".formatted(name, found));
            }
        }
        return server;
    }

    int port() {
        return postgres.getPort();
    }

    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port(), database);
    }

    String version() {
        return text("show server_version");
    }

    /** The settings that differ from PostgreSQL's own, as one line. */
    String settingsLine() {
        var line = new StringBuilder();
        SETTINGS.forEach((name, value) ->
                line.append(line.isEmpty() ? "" : ", ").append(name).append('=').append(value));
        return line.toString();
    }

    void createDatabase(String name) {
        execute("create database " + name);
    }

    void dropDatabase(String name) {
        execute("drop database " + name + " with (force)");
    }

    /** Writes out what earlier figures left dirty, so that no later one pays for it. */
    void settle() {
        execute("checkpoint");
    }

    /** Whether the query finds a row. */
    boolean any(String database, String query) {
        return first(database, query).isPresent();
    }

    private String text(String query) {
        return first(DATABASE, query)
                .orElseThrow(() -> new IllegalStateException("expected a row, found none: " + query));
    }

    private Optional<String> first(String database, String query) {
        try (Connection connection = connect(database);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
        } catch (SQLException e) {
            throw new IllegalStateException("could not run: " + query, e);
        }
    }

    private void execute(String sql) {
        execute(DATABASE, List.of(sql));
    }

    /** One after the other on one connection, each for itself. */
    void execute(String database, List<String> statements) {
        try (Connection connection = connect(database);
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("could not run: " + statements, e);
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), USER, USER);
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
