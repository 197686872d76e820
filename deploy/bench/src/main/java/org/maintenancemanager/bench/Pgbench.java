package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's own benchmark: what the database does without anyone of ours in between. */
final class Pgbench {
    static final String HOW_TO_INSTALL = "pgbench is not installed; on Debian: apt-get install postgresql-contrib";

    /** Ten times 100,000 accounts: as many rows as the manager has in its larger tables. */
    private static final int SCALE = 10;

    private static final int CLIENTS = 16;
    private static final String DATABASE = "pgbench";
    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+) \\(without initial connection time\\)");

    private final Path program;
    private final PostgresServer server;

    private Pgbench(Path program, PostgresServer server) {
        this.program = program;
        this.server = server;
    }

    /** How pgbench sends its statements. */
    enum Protocol {
        SIMPLE,
        PREPARED
    }

    /** Makes its tables in a database of its own; empty when there is no pgbench on this machine. */
    static Optional<Pgbench> prepare(PostgresServer server) throws IOException, InterruptedException {
        Optional<Path> program = find();
        if (program.isEmpty()) {
            return Optional.empty();
        }
        var pgbench = new Pgbench(program.get(), server);
        server.createDatabase(DATABASE);
        pgbench.run(Duration.ofMinutes(2), "-i", "-q", "-s", String.valueOf(SCALE));
        return Optional.of(pgbench);
    }

    /** One line on how it is run. */
    static String describe() {
        return "pgbench -N (simple update), scale %d, %d clients, 2 threads".formatted(SCALE, CLIENTS);
    }

    /** Runs the simple update ({@code -N}: one update, one select, one insert, commit), and gives transactions a second. */
    double simpleUpdates(Protocol protocol, Duration duration) throws IOException, InterruptedException {
        server.settle();
        String output = run(
                duration.plusSeconds(60),
                "-N",
                "-n",
                "-M",
                protocol == Protocol.PREPARED ? "prepared" : "simple",
                "-c",
                String.valueOf(CLIENTS),
                "-j",
                "2",
                "-T",
                String.valueOf(duration.toSeconds()));
        return transactionsPerSecond(output);
    }

    static double transactionsPerSecond(String output) {
        Matcher matcher = TPS.matcher(output);
        if (!matcher.find()) {
            throw new IllegalStateException("pgbench printed no rate:\n" + output);
        }
        return Double.parseDouble(matcher.group(1));
    }

    void removeTables() {
        server.dropDatabase(DATABASE);
    }

    private String run(Duration limit, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                program.toString(), "-h", "127.0.0.1", "-p", String.valueOf(server.port()), "-U", PostgresServer.USER));
        command.addAll(List.of(options));
        command.add(DATABASE);
        return Command.run(limit, command);
    }

    private static Optional<Path> find() throws IOException {
        List<Path> candidates = new ArrayList<>();
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            candidates.add(Path.of(directory, "pgbench"));
        }
        Path debian = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(debian)) {
            try (DirectoryStream<Path> versions = Files.newDirectoryStream(debian)) {
                List<Path> found = new ArrayList<>();
                versions.forEach(version -> found.add(version.resolve("bin/pgbench")));
                found.sort(Comparator.reverseOrder());
                candidates.addAll(found);
            }
        }
        return candidates.stream().filter(Files::isExecutable).findFirst();
    }
}
