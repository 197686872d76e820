package org.maintenancemanager.simulator.quickstart;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.simulator.Fleet;
import org.maintenancemanager.simulator.local.LocalPostgres;
import org.maintenancemanager.simulator.local.ManagerProcess;
import org.maintenancemanager.simulator.local.Trees;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts PostgreSQL, a manager and a fleet, shows the demonstration, and serves until it is told to stop. */
@Command(
        name = "deploy/quickstart",
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "",
            "Starts the Maintenance Manager on this machine with a PostgreSQL of its own, and shows a fleet that updates"
                    + " itself: 200 simulated nodes at sites in three time zones, a good image in waves, and one that"
                    + " does not boot and stops its own campaign. Takes under 4 minutes, then goes on serving until"
                    + " Ctrl-C. A second start on the same data remembers everything and goes on where it was.",
            ""
        },
        footer = {
            "",
            "MANAGER_BOOTSTRAP_TOKEN in the environment sets the first API token: mmat_<32 hex digits>.<43 base64url"
                    + " characters>, or 32 to 200 printable characters. Without it, the first start shows a new admin"
                    + " secret, once. The launcher keeps a token of its own in the data directory, readable by you only.",
            "",
            "Needs Linux, a JDK 25 (JAVA_HOME, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks), and Maven for the first build."
                    + " Everything listens on 127.0.0.1 only. Nothing is written outside the data directory, the target"
                    + " folders of the build, and the temporary directory."
        })
public final class Quickstart implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where data is kept; default: ~/.local/share/maintenance-manager.")
    Path data = home().resolve(Path.of(".local", "share", "maintenance-manager"));

    @Option(
            names = "--fresh",
            description = "Starts over: deletes what is in the data directory, if the quickstart made it.")
    boolean fresh;

    @Option(names = "--port", paramLabel = "PORT", description = "HTTP port; default: ${DEFAULT-VALUE}.")
    int port = 8080;

    @Option(names = "--grpc-port", paramLabel = "PORT", description = "gRPC port; default: ${DEFAULT-VALUE}.")
    int grpcPort = 9090;

    @Option(names = "--no-demo", description = "Only the manager: no sites, no nodes, no campaigns.")
    boolean noDemo;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Option(names = "--manager", hidden = true, description = "The executable jar of manager-web.")
    @Nullable
    Path managerJar;

    @Option(names = "--terminal", hidden = true, description = "The columns of the terminal; 0: no terminal.")
    int terminal;

    @Spec
    CommandLine.Model.@Nullable CommandSpec spec;

    private static final int MOST_RESTARTS = 5;
    private static final String ADMIN_SHOWN = "admin-secret.shown";

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread main = Thread.currentThread();
    private volatile boolean stopping;

    static void main(String[] arguments) {
        int code = commandLine(new Quickstart()).execute(arguments);
        System.exit(code);
    }

    /** As a shell sees it, which need not be what the user database says. */
    private static Path home() {
        String home = System.getenv("HOME");
        return Path.of(home == null || home.isEmpty() ? System.getProperty("user.home") : home);
    }

    static CommandLine commandLine(Quickstart quickstart) {
        return new CommandLine(quickstart).setExecutionExceptionHandler((failure, command, parsed) -> {
            quickstart.ended.countDown();
            if (failure instanceof FileSystemException) {
                // Its message is no more than a path.
                command.getErr().println("A file could not be used: " + failure);
            } else if (failure instanceof QuickstartFailure || failure instanceof IOException) {
                command.getErr().println(failure.getMessage());
            } else {
                failure.printStackTrace(command.getErr());
            }
            return 1;
        });
    }

    /** @throws ParameterException if the options do not fit together */
    void check() {
        checkPort("--port", port);
        checkPort("--grpc-port", grpcPort);
        if (port == grpcPort) {
            throw wrong("--port and --grpc-port are both %d; they must differ".formatted(port));
        }
    }

    private void checkPort(String option, int number) {
        if (number < 1 || number > 65535) {
            throw wrong("%s is %d; allowed are 1 to 65535".formatted(option, number));
        }
    }

    private ParameterException wrong(String message) {
        CommandLine.Model.CommandSpec mine = spec;
        return new ParameterException(mine == null ? new CommandLine(this) : mine.commandLine(), message);
    }

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        check();
        // The signal comes to this process alone; its children are stopped one after the other, the fleet first.
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        Screen screen = screen();
        try (DataDirectory directory = DataDirectory.open(data)) {
            stopLeftovers(directory, screen);
            if (fresh) {
                directory.clear();
            }
            checkFree("--port", port);
            checkFree("--grpc-port", grpcPort);
            serve(directory, screen);
        } catch (InterruptedException | IOException e) {
            // Whatever was under way when the signal came may have broken off in its own way.
            if (!stopping) {
                throw e;
            }
            screen.print("Stopped; nothing is left running.");
        } finally {
            ended.countDown();
        }
        return 0;
    }

    private Screen screen() {
        String locale = String.join(
                        " ",
                        String.valueOf(System.getenv("LC_ALL")),
                        String.valueOf(System.getenv("LC_CTYPE")),
                        String.valueOf(System.getenv("LANG")))
                .toUpperCase(Locale.ROOT);
        boolean unicode = terminal > 0 && locale.contains("UTF");
        var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        return new Screen(out, terminal > 0, new ProgressText(terminal > 0 ? terminal : 200, unicode));
    }

    private void stopLeftovers(DataDirectory directory, Screen screen) throws IOException, InterruptedException {
        ManagerProcess.stopLeftover(pidFile(directory), mark(directory))
                .ifPresent(pid ->
                        screen.say("stopped the manager (process %d) that an earlier run had left".formatted(pid)));
        LocalPostgres.stopLeftover(directory.root())
                .ifPresent(pid ->
                        screen.say("stopped the PostgreSQL (process %d) that an earlier run had left".formatted(pid)));
    }

    private static Path pidFile(DataDirectory directory) {
        return directory.root().resolve("manager.pid");
    }

    private static String mark(DataDirectory directory) {
        return directory.root().toString();
    }

    private static void checkFree(String option, int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
        } catch (IOException taken) {
            throw new QuickstartFailure(
                    "Port %d is in use on this machine, or may not be used (%s). Choose another with %s."
                            .formatted(port, taken.getMessage(), option));
        }
    }

    private void serve(DataDirectory directory, Screen screen) throws IOException, InterruptedException, SQLException {
        boolean first = directory.read(ADMIN_SHOWN).isEmpty();
        String password = kept(directory, "postgresql.password", Secrets.password());
        screen.say("starting PostgreSQL");
        try (LocalPostgres postgres =
                LocalPostgres.start(directory.root(), directory.log("postgresql.log"), password)) {
            postgres.createDatabaseIfMissing("manager");
            screen.say("PostgreSQL %s is up, starting the manager".formatted(postgres.version()));
            String own = kept(directory, "launcher.token", Secrets.apiToken());
            String given = System.getenv("MANAGER_BOOTSTRAP_TOKEN");
            boolean isGiven = given != null && !given.isEmpty();
            ManagerProcess.Setup setup = setup(directory, postgres, password, isGiven ? String.valueOf(given) : own);
            try (var keeper = new Keeper(setup, postgres, screen)) {
                screen.say("the manager is up: %s, gRPC on 127.0.0.1:%d".formatted(manager(), grpcPort));
                String token = isGiven ? ownToken(directory, own, String.valueOf(given)) : own;
                try (var api = new AdminApi(manager(), token)) {
                    if (first) {
                        showAdmin(directory, api, screen, isGiven);
                    }
                    demonstrate(directory, api, screen);
                } catch (InterruptedException e) {
                    throw keeper.failure().orElseThrow(() -> e);
                }
            }
        }
    }

    private URI manager() {
        return URI.create("http://127.0.0.1:%d".formatted(port));
    }

    /** What was kept under the name, or this from now on. */
    private static String kept(DataDirectory directory, String name, String otherwise) throws IOException {
        Optional<String> known = directory.read(name);
        if (known.isPresent()) {
            return known.get();
        }
        directory.keep(name, otherwise);
        return otherwise;
    }

    private ManagerProcess.Setup setup(
            DataDirectory directory, LocalPostgres postgres, String password, String bootstrapToken)
            throws IOException {
        if (managerJar == null) {
            throw new QuickstartFailure("The manager's jar is not known; start this by deploy/quickstart.");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("SPRING_DATASOURCE_URL", postgres.url("manager"));
        settings.put("SPRING_DATASOURCE_USERNAME", LocalPostgres.USER);
        settings.put("SPRING_DATASOURCE_PASSWORD", password);
        settings.put("SPRING_PROFILES_ACTIVE", "plain");
        settings.put("MANAGER_BOOTSTRAP_TOKEN", bootstrapToken);
        settings.put(
                "MANAGER_ARTIFACTS_DIRECTORY", directory.directory("artifacts").toString());
        settings.put("MANAGER_AUDIT_DIRECTORY", directory.directory("audit").toString());
        settings.put(
                "MANAGER_ACCESS_KEYFILE",
                directory.directory("access").resolve("access.key").toString());
        settings.put(
                "MANAGER_NODEAUTHORITY_DIRECTORY",
                directory.directory("node-authority").toString());
        // People who watch are less patient than fleets.
        settings.put("MANAGER_POLL_INTERVAL", "PT3S");
        Path temporary = directory.directory("tmp");
        // A manager that was killed leaves its own behind.
        Trees.delete(temporary);
        Files.createDirectory(temporary);
        return new ManagerProcess.Setup(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                managerJar.toAbsolutePath(),
                List.of(
                        "-Xmx640m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + temporary),
                settings,
                port,
                grpcPort,
                mark(directory),
                directory.root(),
                pidFile(directory),
                directory.log("manager.log"));
    }

    /** The launcher's own token, made with the given one if the manager does not know it. */
    private String ownToken(DataDirectory directory, String own, String given)
            throws IOException, InterruptedException {
        try (var api = new AdminApi(manager(), own)) {
            if (api.isLetIn()) {
                return own;
            }
        }
        try (var api = new AdminApi(manager(), given)) {
            if (!api.isLetIn()) {
                throw new QuickstartFailure("The manager does not accept MANAGER_BOOTSTRAP_TOKEN; was it revoked?");
            }
            String made = newToken(api, "quickstart");
            directory.keep("launcher.token", made);
            return made;
        }
    }

    private static String newToken(AdminApi api, String name) throws IOException, InterruptedException {
        return api.post(
                        "/api/v1/api-tokens",
                        Map.of(
                                "name",
                                name,
                                "scopes",
                                List.of("read", "write"),
                                "expiresAt",
                                Instant.now()
                                        .plus(365, ChronoUnit.DAYS)
                                        .truncatedTo(ChronoUnit.SECONDS)
                                        .toString()))
                .path("token")
                .asString();
    }

    private static void showAdmin(DataDirectory directory, AdminApi api, Screen screen, boolean given)
            throws IOException, InterruptedException {
        if (given) {
            screen.print("");
            screen.print("    The first API token is the one in MANAGER_BOOTSTRAP_TOKEN.");
        } else {
            String admin = newToken(api, "admin");
            screen.print("");
            screen.print("    The admin secret, shown this once. Log in with it at /console/, or use it as:");
            screen.print("    Authorization: Bearer <secret>");
            screen.print("    " + admin);
        }
        screen.print("");
        directory.keep(ADMIN_SHOWN, Instant.now().toString());
    }

    /** Comes back by an exception only: it was told to stop, or cannot go on. */
    private void demonstrate(DataDirectory directory, AdminApi api, Screen screen)
            throws IOException, InterruptedException {
        if (noDemo) {
            goOn(directory, screen, "The manager serves.");
            new CountDownLatch(1).await();
        }
        var demo = new Demo(api, directory, screen);
        Demo.Seed seed = demo.seed();
        try (Fleet fleet = demo.startFleet(seed, manager(), "127.0.0.1:" + grpcPort)) {
            demo.run(seed, fleet);
            goOn(directory, screen, "The manager and %d nodes go on.".formatted(DemoPlan.nodes()));
            new CountDownLatch(1).await();
        }
    }

    private void goOn(DataDirectory directory, Screen screen, String who) {
        screen.print("");
        screen.print("%s Ctrl-C stops everything.".formatted(who));
        screen.print("  open  %s/ in a browser, and log in with the admin secret".formatted(manager()));
        screen.print("  API   %s/api/v1, described by %s/api/openapi.yaml".formatted(manager(), manager()));
        screen.print("  try   curl -H \"Authorization: Bearer $SECRET\" %s/api/v1/campaigns".formatted(manager()));
        screen.print("  data  %s, logs in its logs".formatted(directory.root()));
    }

    /** Runs when the process was told to end, and when it ends by itself. */
    private void stop() {
        if (ended.getCount() == 0) {
            return;
        }
        stopping = true;
        main.interrupt();
        try {
            if (!ended.await(2, TimeUnit.MINUTES)) {
                System.err.println("Not everything stopped in time; the next start will end what is left.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Holds the manager up: starts it again when it ended by whatever hand. When that does not help, or the database is gone,
     * the main thread is interrupted.
     */
    private final class Keeper implements AutoCloseable {
        private final ManagerProcess.Setup setup;
        private final LocalPostgres postgres;
        private final Screen screen;
        private final Thread watch;
        private volatile ManagerProcess manager;
        private volatile @Nullable String failure;

        Keeper(ManagerProcess.Setup setup, LocalPostgres postgres, Screen screen)
                throws IOException, InterruptedException {
            this.setup = setup;
            this.postgres = postgres;
            this.screen = screen;
            this.manager = ManagerProcess.start(setup);
            this.watch = Thread.ofVirtual().name("keeper").start(this::keep);
        }

        Optional<QuickstartFailure> failure() {
            return Optional.ofNullable(failure).map(QuickstartFailure::new);
        }

        private void keep() {
            try {
                failure = watch();
            } catch (IOException e) {
                failure = "The manager could not be started again. " + e.getMessage();
            } catch (InterruptedException closed) {
                return;
            }
            main.interrupt();
        }

        /** Why it cannot go on. */
        private String watch() throws IOException, InterruptedException {
            int restarts = 0;
            long startedAt = System.nanoTime();
            while (true) {
                boolean ended = manager.awaitEnd(Duration.ofSeconds(1));
                if (!postgres.isRunning()) {
                    return "PostgreSQL ended, and not by this launcher. What was acknowledged is safe; start again.";
                }
                if (!ended) {
                    continue;
                }
                // One that ran for a while is not one that cannot run.
                restarts = System.nanoTime() - startedAt > Duration.ofMinutes(1).toNanos() ? 1 : restarts + 1;
                if (restarts > MOST_RESTARTS) {
                    return "The manager ended %d times in a row; see %s.".formatted(restarts, setup.log());
                }
                screen.say("the manager (process %d) ended with code %d; starting it again"
                        .formatted(manager.pid(), manager.exitValue()));
                manager = ManagerProcess.start(setup);
                startedAt = System.nanoTime();
                screen.say("the manager is up again (process %d)".formatted(manager.pid()));
            }
        }

        @Override
        public void close() throws IOException {
            watch.interrupt();
            try {
                watch.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            manager.close();
        }
    }
}
