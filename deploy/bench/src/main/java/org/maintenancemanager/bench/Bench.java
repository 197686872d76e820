package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command: starts what it measures, takes the figures asked for, prints them, and leaves nothing behind. */
@Command(
        name = "deploy/bench/run",
        mixinStandardHelpOptions = true,
        description = "Measures a manager on this machine, beside pgbench and endpoints that do nothing.")
final class Bench implements Callable<Integer> {
    /** What may be asked for. */
    enum Part {
        NODES,
        POLL,
        DDI,
        EMF,
        REPORT,
        CAMPAIGN,
        GRANT,
        PLAN,
        MEMORY,
        LOGINS,
        PGBENCH,
        WINDOWS,
        LISTS,
        SCALE,
        ALL
    }

    @Parameters(
            paramLabel = "PART",
            defaultValue = "all",
            description = "What to measure: ${COMPLETION-CANDIDATES}. Default: all.")
    private Set<Part> parts = EnumSet.noneOf(Part.class);

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "How long one run lasts. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--runs",
            defaultValue = "3",
            description = "How many runs; medians count. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(names = "--nodes", defaultValue = "100000", description = "How many nodes. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(
            names = "--scale-nodes",
            defaultValue = "1000000",
            description = "How many nodes the campaign of the part 'scale' has. Default: ${DEFAULT-VALUE}.")
    private int scaleNodes;

    @Option(
            names = "--connections",
            defaultValue = "64",
            description = "Connections of polls. Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--write-connections",
            defaultValue = "256",
            description = "Connections of reports and of polls for permits. Default: ${DEFAULT-VALUE}.")
    private int writeConnections;

    @Option(
            names = "--java-options",
            defaultValue = "-Xmx640m",
            description = "Options of the manager's JVM. Default: ${DEFAULT-VALUE}.")
    private String javaOptions = "";

    @Option(names = "--manager", required = true, description = "The executable jar of manager-web.")
    private Path manager = Path.of("");

    @Option(names = "--revision", defaultValue = "unknown", description = "The revision that the jar was built of.")
    private String revision = "";

    @Option(names = "--directory", required = true, description = "Where data lies while it runs; deleted at the end.")
    private Path directory = Path.of("");

    @Option(names = "--results", description = "A file to write the results to, in Markdown.")
    private @Nullable Path results;

    private static final int WINDOW_NODES = 1_000_000;
    private static final int LIST_NODES = 1_000_000;

    /** Of the nodes of a large campaign, those that can poll. */
    private static final int SCALE_STAGE_NODES = 60_000;

    /** Of these, those that can poll. */
    private static final int WINDOW_STAGE_NODES = 1000;

    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    private Bench() {}

    public static void main(String... arguments) {
        System.exit(new CommandLine(new Bench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (seconds < 1 || runs < 1 || nodes < 1000 || connections < 1 || writeConnections < 1) {
            throw new IllegalArgumentException(
                    "--seconds, --runs and the connections are 1 or more, --nodes 1000 or more");
        }
        if (scaleNodes < SCALE_STAGE_NODES) {
            throw new IllegalArgumentException(
                    "--scale-nodes is %d; expected %d or more".formatted(scaleNodes, SCALE_STAGE_NODES));
        }
        Files.createDirectories(directory);
        // Also when it is interrupted; main ends by System.exit, so that it runs in any case.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::cleanUp));
        measure();
        return 0;
    }

    private void measure() throws IOException, InterruptedException {
        var scoreboard = new Scoreboard(nodes);
        PostgresServer postgres = keep(PostgresServer.start(directory.resolve("postgres")));
        say("machine: " + Machine.thisOne().line());
        if (wants(Part.PGBENCH) || wants(Part.REPORT) || wants(Part.GRANT)) {
            pgbench(postgres, scoreboard);
        }
        if (!EnumSet.of(Part.PGBENCH, Part.WINDOWS, Part.LISTS, Part.SCALE).containsAll(parts)) {
            manager(postgres, scoreboard);
        }
        if (wants(Part.WINDOWS)) {
            windows(postgres, scoreboard);
        }
        if (wants(Part.LISTS)) {
            lists(postgres, scoreboard);
        }
        if (wants(Part.SCALE)) {
            scale(postgres, scoreboard);
        }
        String header = header(postgres);
        String report = header + "\n" + scoreboard.table() + "\n";
        say(report + scoreboard.keyValueLines());
        if (results != null) {
            Files.writeString(
                    results,
                    "# Results\n\nWritten by `deploy/bench/run`; aims are for two cores.\n\n" + report + "\n```\n"
                            + scoreboard.keyValueLines() + "```\n");
        }
    }

    private void pgbench(PostgresServer postgres, Scoreboard scoreboard) throws IOException, InterruptedException {
        Optional<Pgbench> pgbench = Pgbench.prepare(postgres);
        if (pgbench.isEmpty()) {
            say(Pgbench.HOW_TO_INSTALL);
            scoreboard.note("Without pgbench figures: " + Pgbench.HOW_TO_INSTALL + ".");
            return;
        }
        for (int run = 0; run < runs; run++) {
            say("pgbench, run %d of %d".formatted(run + 1, runs));
            scoreboard.add(
                    Figure.PGBENCH, pgbench.get().simpleUpdates(Pgbench.Protocol.SIMPLE, Duration.ofSeconds(seconds)));
            scoreboard.add(
                    Figure.PGBENCH_PREPARED,
                    pgbench.get().simpleUpdates(Pgbench.Protocol.PREPARED, Duration.ofSeconds(seconds)));
        }
        pgbench.get().removeTables();
    }

    private void manager(PostgresServer postgres, Scoreboard scoreboard) throws IOException, InterruptedException {
        // Bulk creation is measured on an empty manager each time; the last one serves the other figures.
        int managers = wants(Part.NODES) ? runs : 1;
        for (int number = 1; number < managers; number++) {
            String database = "manager_" + number;
            stage(postgres, scoreboard, database);
            release(2);
            postgres.dropDatabase(database);
        }
        Stage polling = stage(postgres, scoreboard, "manager_" + managers);
        Stage writing = polling.with(writeConnections);
        if (wants(Part.POLL) || wants(Part.MEMORY)) {
            say("polls");
            new PollFigures(polling).measure(wants(Part.POLL));
            scoreboard.add(
                    Figure.MEMORY, Machine.residentMegabytes(polling.manager().pid()));
        }
        if (wants(Part.DDI)) {
            say("device API polls");
            new DdiFigures(polling).measure();
        }
        if (wants(Part.EMF)) {
            say("polls of Edge Microvisor Toolkit agents");
            new EmfFigures(polling).measure();
        }
        if (wants(Part.LOGINS)) {
            say("polls beside a flood of log-ins");
            new FloodFigures(polling).measure();
        }
        if (wants(Part.CAMPAIGN)) {
            say("campaign starts");
            new CampaignFigures(polling).measure();
        }
        if (wants(Part.REPORT)) {
            say("reports");
            new ReportFigure(writing).measure();
        }
        if (wants(Part.GRANT)) {
            say("permits");
            new GrantFigure(writing).measure();
        }
        if (wants(Part.PLAN)) {
            say("plans");
            new PlanFigures(writing).measure();
        }
        release(2);
    }

    /** On a database of its own, since it needs ten times the nodes of the others. */
    private void windows(PostgresServer postgres, Scoreboard scoreboard) throws IOException, InterruptedException {
        say("schedules in memory");
        new ScheduleFigures(scoreboard).measure(runs);
        String database = "manager_windows";
        Path replica = Files.createDirectories(directory.resolve("replica"));
        // One token for both, since a manager registers the one that it is started with.
        String token = newToken();
        Stage stage = stage(postgres, new Scoreboard(WINDOW_STAGE_NODES), database, WINDOW_STAGE_NODES, token);
        ManagerProcess other = keep(ManagerProcess.start(setup(token), postgres, database, replica.toAbsolutePath()));
        say("windows of %,d nodes".formatted(WINDOW_NODES));
        new WindowFigures(stage.scoredOn(scoreboard), other).measure(WINDOW_NODES);
        release(3);
        postgres.dropDatabase(database);
    }

    /** On a database of its own as well. */
    private void lists(PostgresServer postgres, Scoreboard scoreboard) throws IOException, InterruptedException {
        String database = "manager_lists";
        Stage stage = stage(postgres, new Scoreboard(WINDOW_STAGE_NODES), database, WINDOW_STAGE_NODES, newToken());
        say("lists of %,d nodes".formatted(LIST_NODES));
        new ListFigures(stage.scoredOn(scoreboard)).measure(LIST_NODES);
        release(2);
        postgres.dropDatabase(database);
    }

    /** On a database of its own too. The campaign can be started once, so there is one run. */
    private void scale(PostgresServer postgres, Scoreboard scoreboard) throws IOException, InterruptedException {
        String database = "manager_scale";
        Stage stage = stage(postgres, new Scoreboard(scaleNodes), database, SCALE_STAGE_NODES, newToken());
        say("a campaign over %,d nodes".formatted(scaleNodes));
        if (scaleNodes != 1_000_000) {
            scoreboard.note("The large campaign had %,d nodes only.".formatted(scaleNodes));
        }
        new ScaleFigures(stage.scoredOn(scoreboard).with(writeConnections)).measure(scaleNodes);
        release(2);
        postgres.dropDatabase(database);
    }

    private Stage stage(PostgresServer postgres, Scoreboard scoreboard, String database)
            throws IOException, InterruptedException {
        return stage(postgres, scoreboard, database, nodes, newToken());
    }

    private ManagerProcess.Setup setup(String token) {
        return new ManagerProcess.Setup(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                manager.toAbsolutePath(),
                List.of(javaOptions.strip().split(" +")),
                token);
    }

    private static String newToken() {
        return "bench-" + UUID.randomUUID();
    }

    private Stage stage(PostgresServer postgres, Scoreboard scoreboard, String database, int nodes, String token)
            throws IOException, InterruptedException {
        say("starting a manager");
        postgres.createDatabase(database);
        ManagerProcess started =
                keep(ManagerProcess.start(setup(token), postgres, database, directory.toAbsolutePath()));
        AdminApi admin = keep(new AdminApi(started, token));
        Fleet.createSites(admin);
        say("creating %,d nodes".formatted(nodes));
        long start = System.nanoTime();
        Fleet fleet = Fleet.create(admin, started, nodes);
        scoreboard.add(Figure.NODES, (System.nanoTime() - start) / 1e9);
        postgres.settle();
        return new Stage(
                postgres, database, started, admin, fleet, connections, Duration.ofSeconds(seconds), runs, scoreboard);
    }

    private boolean wants(Part part) {
        return parts.contains(part) || parts.contains(Part.ALL);
    }

    private String header(PostgresServer postgres) {
        var lines = new ArrayList<String>();
        lines.add("- machine: " + Machine.thisOne().line());
        lines.add("- manager: revision %s, Java %s, %s".formatted(revision, Runtime.version(), javaOptions));
        lines.add("- PostgreSQL %s: %s".formatted(postgres.version(), postgres.settingsLine()));
        lines.add("- load: %d connections for polls, %d for reports and permits, closed loop, one thread"
                .formatted(connections, writeConnections));
        lines.add("- " + Pgbench.describe());
        lines.add("- %d runs of %d s each, medians; manager, PostgreSQL and load share the machine, on loopback"
                .formatted(runs, seconds));
        return String.join("\n", lines) + "\n";
    }

    private <T extends AutoCloseable> T keep(T resource) {
        synchronized (running) {
            running.push(resource);
        }
        return resource;
    }

    /** Closes the newest that are running. */
    private void release(int count) {
        for (int i = 0; i < count; i++) {
            AutoCloseable newest;
            synchronized (running) {
                newest = running.poll();
            }
            if (newest == null) {
                return;
            }
            close(newest);
        }
    }

    private void cleanUp() {
        release(Integer.MAX_VALUE);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            say("could not delete %s: %s".formatted(directory, e));
        }
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            say("could not stop %s: %s".formatted(resource, e));
        }
    }

    @SuppressWarnings("SystemOut")
    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
