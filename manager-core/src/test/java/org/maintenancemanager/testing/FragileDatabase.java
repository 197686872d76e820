package org.maintenancemanager.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A migrated database on a PostgreSQL server of its own, which a test may hurt. */
public final class FragileDatabase implements AutoCloseable {
    private static final String NAME = "fragile";
    private static final int PATIENCE_SECONDS = 120;

    private final EmbeddedPostgres server;
    private final Path data;
    private final Path control;
    private final Path log;

    private FragileDatabase(EmbeddedPostgres server, Path data, Path control) throws IOException {
        this.server = server;
        this.data = data;
        this.control = control;
        this.log = Files.createTempFile(Path.of("target"), "fragile-database-", ".log");
    }

    /** Whether the server's programs can be found and used on this platform: by Linux' {@code /proc}. */
    public static boolean isPossible() {
        return Files.isSymbolicLink(Path.of("/proc/self/exe")) && (!isRoot() || Files.isExecutable(UNSHARE));
    }

    public static FragileDatabase start() throws IOException {
        EmbeddedPostgres server = TestDatabase.startEmbedded();
        try {
            JdbcClient admin = JdbcClient.create(server.getPostgresDatabase());
            Path data =
                    Path.of(admin.sql("show data_directory").query(String.class).single());
            // The first line is the postmaster's id.
            String postmaster = Files.readAllLines(data.resolve("postmaster.pid"))
                    .getFirst()
                    .strip();
            Path program = Files.readSymbolicLink(Path.of("/proc", postmaster, "exe"));
            var database = new FragileDatabase(server, data, program.resolveSibling("pg_ctl"));
            admin.sql("create database " + NAME).update();
            TestDatabase.migrate(database.connect());
            return database;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    public TestDatabase.Connect connect() {
        return new TestDatabase.Connect(
                "jdbc:postgresql://localhost:%d/%s".formatted(server.getPort(), NAME), "postgres", "postgres");
    }

    /** Statements as its owner, each on a connection of its own, so that they work after every fault. */
    public JdbcClient jdbc() {
        return JdbcClient.create(connect().dataSource());
    }

    /** Ends at once, as if it were killed: nobody is waited for, and the next start recovers from the log. */
    public void stopImmediately() {
        control("stop", "-m", "immediate");
    }

    /** Starts again on the same data, as it was started first; after a start, does nothing. */
    public void startAgain() {
        if (!Files.exists(data.resolve("postmaster.pid"))) {
            // "restart" is what takes its options from postmaster.opts.
            control("restart", "-l", log.toAbsolutePath().toString());
        }
    }

    /** Whether transactions can only read from now on; those under way and all connections end. */
    public void setReadOnly(boolean readOnly) {
        JdbcClient admin = JdbcClient.create(server.getPostgresDatabase());
        admin.sql("alter database %s set default_transaction_read_only = %s".formatted(NAME, readOnly ? "on" : "off"))
                .update();
        admin.sql("select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = :name")
                .param("name", NAME)
                .query(Boolean.class)
                .list();
    }

    private void control(String... arguments) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            // PostgreSQL refuses to be root; in a namespace without users it is nobody. The library does the same.
            command.addAll(List.of(UNSHARE.toString(), "-U"));
        }
        command.addAll(
                List.of(control.toString(), "-D", data.toString(), "-w", "-t", String.valueOf(PATIENCE_SECONDS)));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    // To a file: the server inherits it, and a pipe would be read for as long as that runs.
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            if (!process.waitFor(2L * PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " does not end");
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(
                        command + " ended with " + process.exitValue() + ": " + Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static final Path UNSHARE = Path.of("/usr/bin/unshare");

    /** Only asked where there is {@code /proc}. */
    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the server, wherever a test left it, and removes its data. */
    @Override
    public void close() throws IOException {
        try {
            startAgain();
        } finally {
            server.close();
        }
    }
}
