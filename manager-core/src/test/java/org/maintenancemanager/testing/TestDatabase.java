package org.maintenancemanager.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A real PostgreSQL for tests, one server a JVM. The system property {@code test.database} chooses it:
 * {@code testcontainers}, {@code embedded}, or {@code auto} (the default): Testcontainers when a Docker engine answers and
 * the image is there, otherwise the embedded one. Each call of {@link #create} makes a database of its own, a copy of one
 * that was migrated once.
 */
public final class TestDatabase {
    static final String IMAGE = "postgres:18";

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final String TEMPLATE = "migrated_template";

    private TestDatabase() {}

    /** A migrated, otherwise empty database. */
    public static Connect create() {
        return create(TEMPLATE);
    }

    /** A database without any table. */
    public static Connect createEmpty() {
        return create("template1");
    }

    /** What a restored backup of it would be; nobody may be connected to it, or be about to leave for more than seconds. */
    public static Connect copyOf(Connect original) {
        return create(original.url().substring(original.url().lastIndexOf('/') + 1));
    }

    /** An embedded server that keeps what it commits, whatever the property says; the library stops it with this JVM. */
    static EmbeddedPostgres startEmbedded() {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofSeconds(60))
                .setLocaleConfig("locale", "C.UTF-8");
        // The library's defaults are faster and lose data; tests shall meet what production meets.
        Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on", "max_connections", "200")
                .forEach(builder::setServerConfig);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("the embedded PostgreSQL did not start", e);
        }
    }

    static void migrate(Connect database) {
        Flyway.configure()
                .dataSource(database.url(), database.user(), database.password())
                .locations("classpath:db/migration")
                .load()
                .migrate();
    }

    private static Connect create(String template) {
        Server server = Server.INSTANCE;
        String name = "test_" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
        server.execute("create database " + name + " template " + template);
        return server.connect(name);
    }

    /** How to reach a database. */
    public record Connect(String url, String user, String password) {
        public PGSimpleDataSource dataSource() {
            var dataSource = new PGSimpleDataSource();
            dataSource.setUrl(url);
            dataSource.setUser(user);
            dataSource.setPassword(password);
            return dataSource;
        }
    }

    private record Server(String host, int port, String user, String password) {
        static final Server INSTANCE = start();

        static Server start() {
            Server server = switch (System.getProperty("test.database", "auto")) {
                case "testcontainers" -> container();
                case "embedded" -> embedded();
                case "auto" -> imageIsHere() ? container() : embedded();
                case String other ->
                    throw new IllegalArgumentException(
                            "test.database is '%s'; it may be testcontainers, embedded or auto".formatted(other));
            };
            server.execute("create database " + TEMPLATE);
            migrate(server.connect(TEMPLATE));
            return server;
        }

        static boolean imageIsHere() {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return false;
            }
            try {
                DockerClientFactory.instance().client().inspectImageCmd(IMAGE).exec();
                return true;
            } catch (RuntimeException notThere) {
                return false;
            }
        }

        static Server container() {
            // Lives as long as this JVM; Testcontainers removes it.
            @SuppressWarnings("resource")
            var container = new PostgreSQLContainer(DockerImageName.parse(IMAGE))
                    .withCommand("postgres", "-c", "max_connections=200");
            container.start();
            return new Server(
                    container.getHost(),
                    container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                    container.getUsername(),
                    container.getPassword());
        }

        static Server embedded() {
            return new Server("localhost", startEmbedded().getPort(), "postgres", "postgres");
        }

        Connect connect(String database) {
            return new Connect("jdbc:postgresql://%s:%d/%s".formatted(host, port, database), user, password);
        }

        void execute(String sql) {
            Connect admin = connect("postgres");
            try (Connection connection = DriverManager.getConnection(admin.url(), admin.user(), admin.password());
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException("could not run: " + sql, e);
            }
        }
    }
}
