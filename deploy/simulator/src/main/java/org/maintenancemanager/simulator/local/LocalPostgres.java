package org.maintenancemanager.simulator.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL on loopback, from the binaries that come with the build. Durable: what it acknowledged is on the disk. Its
 * files outlive it, and it opens to the password alone.
 */
public final class LocalPostgres implements AutoCloseable {
    public static final String USER = "postgres";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final String CLUSTER = "postgresql";
    /** Written once the cluster is whole; one without it was left half-made, and never held anything. */
    private static final String READY = "postgresql.ready";

    private final EmbeddedPostgres postgres;
    private final Path cluster;
    private final String password;

    private LocalPostgres(EmbeddedPostgres postgres, Path cluster, String password) {
        this.postgres = postgres;
        this.cluster = cluster;
        this.password = password;
    }

    /**
     * Starts it, and comes back when it answers.
     *
     * @param directory where its files lie, in {@code postgresql}; and its programs, in {@code software}
     * @param log to which its messages are added
     */
    public static LocalPostgres start(Path directory, Path log, String password) throws IOException {
        Path cluster = directory.resolve(CLUSTER);
        Path ready = directory.resolve(READY);
        if (!Files.exists(ready) && Files.exists(cluster)) {
            Trees.delete(cluster);
        }
        // Not the library's own place below /tmp: that belongs to whoever came first on this machine.
        Path software = Files.createDirectories(directory.resolve("software"));
        var server = new LocalPostgres(start(cluster, software, log, password), cluster, password);
        try {
            server.prepare(ready);
        } catch (SQLException | IOException | RuntimeException e) {
            server.close();
            throw new IOException("PostgreSQL started, but could not be set up; see " + log, e);
        }
        return server;
    }

    private static EmbeddedPostgres start(Path cluster, Path software, Path log, String password) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(cluster)
                .setOverrideWorkingDirectory(software.toFile())
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(START_LIMIT)
                .setLocaleConfig("locale", "C.UTF-8")
                .setConnectConfig("password", password)
                .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                // The library would rather be fast than durable.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "");
        try {
            return builder.start();
        } catch (RuntimeException e) {
            // The library's own exceptions name a command line only.
            throw new IOException(
                    ("PostgreSQL could not be started; see %s. It never runs as root: for root it needs user namespaces"
                                    + " (unshare -U), otherwise start this as another user. (%s)")
                            .formatted(log, e.getMessage()),
                    e);
        }
    }

    private void prepare(Path ready) throws SQLException, IOException {
        for (String name : List.of("fsync", "synchronous_commit", "full_page_writes")) {
            String found = text("show " + name);
            if (!found.equals("on")) {
                throw new IllegalStateException("PostgreSQL runs with %s=%s, expected on".formatted(name, found));
            }
        }
        if (Files.exists(ready)) {
            return;
        }
        execute("alter role %s password '%s'".formatted(USER, password.replace("'", "''")));
        // It was made open to every local user.
        Files.writeString(cluster.resolve("pg_hba.conf"), """
                host all all 127.0.0.1/32 scram-sha-256
                """);
        execute("select pg_reload_conf()");
        Files.createFile(ready);
    }

    /** Stops one that an earlier run left behind on these files, and says its process id. */
    public static Optional<Long> stopLeftover(Path directory) throws IOException, InterruptedException {
        Path cluster = directory.resolve(CLUSTER);
        Optional<ProcessHandle> found = running(cluster);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        shutDownFast(found.get());
        return Optional.of(found.get().pid());
    }

    private static Optional<ProcessHandle> running(Path cluster) throws IOException {
        return OwnProcess.find(cluster.resolve("postmaster.pid"), arguments -> arguments.contains(cluster.toString()));
    }

    /** SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for its clients to leave. */
    private static void shutDownFast(ProcessHandle postmaster) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", String.valueOf(postmaster.pid()))
                .start()
                .waitFor(10, TimeUnit.SECONDS);
        if (!OwnProcess.awaitEnd(postmaster, STOP_LIMIT)) {
            OwnProcess.stop(postmaster, STOP_LIMIT);
        }
    }

    public boolean isRunning() throws IOException {
        return running(cluster).isPresent();
    }

    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(postgres.getPort(), database);
    }

    public String version() throws SQLException {
        return text("show server_version");
    }

    public void createDatabaseIfMissing(String name) throws SQLException {
        if (text("select count(*) from pg_database where datname = '%s'".formatted(name))
                .equals("0")) {
            execute("create database " + name);
        }
    }

    private String text(String query) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url("postgres"), USER, password);
    }

    /** A fast shutdown: clients are cut off, and everything is on the disk. */
    @Override
    public void close() throws IOException {
        Optional<ProcessHandle> postmaster = running(cluster);
        postgres.close();
        if (postmaster.isPresent() && postmaster.get().isAlive()) {
            try {
                shutDownFast(postmaster.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
