package org.maintenancemanager.simulator;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** A fleet from the command line; see {@code deploy/simulator/simulate --help}. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        version = "Maintenance Manager simulator",
        showDefaultValues = true,
        sortOptions = false,
        description = "Runs a fleet of simulated nodes against a manager and prints what they do.")
public final class Main implements Callable<Integer> {
    @Option(names = "--nodes", paramLabel = "N", defaultValue = "100", description = "how many nodes")
    int nodes;

    @Option(
            names = "--manager",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description = "the root of the manager's HTTP API")
    URI manager = URI.create("http://127.0.0.1:8080");

    @Option(
            names = "--grpc",
            paramLabel = "HOST:PORT",
            description = "call by gRPC without TLS; downloads stay with HTTP")
    @Nullable
    String grpc;

    @Option(
            names = "--grpc-share",
            paramLabel = "0..1",
            defaultValue = "1",
            description = "the share of nodes that use gRPC, if --grpc is given")
    double grpcShare;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            required = true,
            description = "an enrollment token; given several times, the nodes are shared out evenly")
    List<String> tokens = List.of();

    @Option(names = "--name", paramLabel = "PREFIX", defaultValue = "node", description = "what node names begin with")
    String name = "node";

    @Option(
            names = "--state",
            paramLabel = "DIR",
            defaultValue = "simulated-fleet",
            description = "where nodes keep their state; the same directory continues the same fleet")
    Path state = Path.of("simulated-fleet");

    @Option(
            names = "--poll",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = TimeConverter.class,
            description = "the longest time between two polls: 500ms, 5s, 2m")
    Duration poll = Duration.ofSeconds(5);

    @Option(
            names = "--reboot-time",
            paramLabel = "TIME",
            defaultValue = "500ms",
            converter = TimeConverter.class,
            description = "how long a reboot takes")
    Duration rebootTime = Duration.ofMillis(500);

    @Option(
            names = "--install-time",
            paramLabel = "TIME",
            defaultValue = "500ms",
            converter = TimeConverter.class,
            description = "how long writing a slot takes")
    Duration installTime = Duration.ofMillis(500);

    @Option(
            names = "--architecture",
            paramLabel = "NAME",
            defaultValue = "x86_64",
            description = "the architecture of all nodes")
    String architecture = "x86_64";

    @Option(
            names = "--hardware",
            paramLabel = "MODEL",
            defaultValue = "generic",
            split = ",",
            description = "hardware models, given to the nodes in turn")
    List<String> hardware = List.of("generic");

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "a label that all nodes set about themselves")
    Map<String, String> labels = Map.of();

    @Option(
            names = "--failure-rate",
            paramLabel = "0..1",
            defaultValue = "0",
            description = "how many updates with good images fail")
    double failureRate;

    @Option(
            names = "--image-behaviour",
            paramLabel = "VERSION=WHAT",
            description = "what a version does to each node: ${COMPLETION-CANDIDATES}")
    Map<String, ImageBehaviour> behaviours = Map.of();

    @Option(
            names = "--initial-image",
            paramLabel = "VERSION=SHA256",
            description = "the image in the active slot of nodes that start for the first time")
    Map<String, String> initialImage = Map.of();

    @Option(names = "--lost-replies", paramLabel = "0..1", defaultValue = "0", description = "answers thrown away")
    double lostReplies;

    @Option(names = "--duplicates", paramLabel = "0..1", defaultValue = "0", description = "reports sent twice")
    double duplicates;

    @Option(names = "--resets", paramLabel = "0..1", defaultValue = "0", description = "downloads cut in the middle")
    double resets;

    @Option(
            names = "--wrong-bytes",
            paramLabel = "0..1",
            defaultValue = "0",
            description = "downloads with a wrong byte")
    double wrongBytes;

    @Option(
            names = "--silence-after-permit",
            paramLabel = "0..1",
            defaultValue = "0",
            description = "nodes never heard of again once they have a permit")
    double silenceAfterPermit;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "the source of all chance")
    long seed;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "when to stop; without it, at Ctrl+C")
    @Nullable
    Duration duration;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = TimeConverter.class,
            description = "how often to print a line")
    Duration interval = Duration.ofSeconds(5);

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof IllegalArgumentException || failure instanceof java.io.UncheckedIOException) {
                command.getErr().println(failure.getMessage());
                return CommandLine.ExitCode.USAGE;
            }
            throw failure;
        });
    }

    @Override
    public Integer call() throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook = new Thread(() -> {
            stop.countDown();
            try {
                stopped.await(40, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try (Fleet fleet = start()) {
            long begin = System.nanoTime();
            FleetStatistics last = fleet.statistics();
            System.out.println("seconds enrolled   polls/s reports/s downloads       MB  confirmed rolled-back  failed"
                    + "  silent retries  errors");
            long lastAt = begin;
            while (true) {
                long elapsed = System.nanoTime() - begin;
                Duration pause = interval;
                if (duration != null) {
                    Duration left = duration.minusNanos(elapsed);
                    if (left.isNegative() || left.isZero()) {
                        break;
                    }
                    pause = left.compareTo(interval) < 0 ? left : interval;
                }
                boolean ended = stop.await(pause.toNanos(), TimeUnit.NANOSECONDS);
                long now = System.nanoTime();
                FleetStatistics current = fleet.statistics();
                System.out.println(line((now - begin) / 1e9, (now - lastAt) / 1e9, last, current));
                last = current;
                lastAt = now;
                if (ended) {
                    break;
                }
            }
        } finally {
            stopped.countDown();
        }
        return CommandLine.ExitCode.OK;
    }

    private Fleet start() {
        FleetBuilder fleet = Fleet.builder()
                .manager(manager)
                .grpc(grpc)
                .grpcShare(grpcShare)
                .namePrefix(name)
                .stateDirectory(state)
                .poll(poll)
                .rebootTime(rebootTime)
                .installTime(installTime)
                .failureRate(failureRate)
                .faults(new Faults(lostReplies, duplicates, resets, wrongBytes, silenceAfterPermit))
                .architecture(architecture)
                .hardware(hardware)
                .labels(index -> labels)
                .seed(seed);
        behaviours.forEach(fleet::imageBehaviour);
        initialImage.forEach(fleet::initialImage);
        for (int i = 0; i < tokens.size(); i++) {
            int share = nodes / tokens.size() + (i < nodes % tokens.size() ? 1 : 0);
            if (share > 0) {
                fleet.group(share, tokens.get(i), Map.of());
            }
        }
        return fleet.start();
    }

    static String line(double second, double seconds, FleetStatistics last, FleetStatistics now) {
        return String.format(
                Locale.ROOT,
                "%7.0f %8d %9.0f %9.0f %9d %8.1f %10d %11d %7d %7d %7d %7d",
                second,
                now.enrolled(),
                (now.polls() - last.polls()) / seconds,
                (now.reports() - last.reports()) / seconds,
                now.downloads(),
                now.downloadedBytes() / 1e6,
                now.confirmed(),
                now.rolledBack(),
                now.failed(),
                now.silent(),
                now.retries(),
                now.errors());
    }

    /** Reads {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h}. */
    static final class TimeConverter implements ITypeConverter<Duration> {
        private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

        @Override
        public Duration convert(String value) {
            Matcher time = TIME.matcher(value);
            if (!time.matches()) {
                throw new TypeConversionException("expected a time such as 500ms, 5s, 2m or 1h, found '" + value + "'");
            }
            long count = Long.parseLong(time.group(1));
            return switch (time.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                default -> Duration.ofHours(count);
            };
        }
    }
}
