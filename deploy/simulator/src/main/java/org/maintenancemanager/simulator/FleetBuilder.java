package org.maintenancemanager.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Describes a fleet. Needed: {@link #manager}, {@link #stateDirectory}, and nodes, either by {@link #nodes} with
 * {@link #enrollmentToken} or by one {@link #group} a site.
 */
public final class FleetBuilder {
    private @Nullable URI manager;
    private @Nullable String grpc;
    private double grpcShare = 1;
    private @Nullable String enrollmentToken;
    private int nodes;
    private String namePrefix = "node";
    private @Nullable Path stateDirectory;
    private Duration poll = Duration.ofSeconds(30);
    private Duration rebootTime = Duration.ofMillis(500);
    private Duration installTime = Duration.ofMillis(500);
    private Duration trialTime = Duration.ofMillis(500);
    private double failureRate;
    private Faults faults = Faults.NONE;
    private String architecture = "x86_64";
    private List<String> hardware = List.of("generic");
    private Function<Integer, Map<String, String>> labels = index -> Map.of();
    private long seed = 1;
    private int concurrentDownloads = 32;
    private int concurrentCalls = 256;
    private @Nullable String initialVersion;
    private @Nullable String initialSha256;
    private final Map<String, ImageBehaviour> behaviours = new HashMap<>();
    private final List<FleetPlan.Group> groups = new ArrayList<>();

    FleetBuilder() {}

    /** The root of the manager's HTTP API, for example {@code http://127.0.0.1:8080}. */
    public FleetBuilder manager(URI manager) {
        this.manager = manager;
        return this;
    }

    /** Where the manager speaks gRPC without TLS, {@code host:port}; null (the default) for HTTP only. */
    public FleetBuilder grpc(@Nullable String hostAndPort) {
        this.grpc = hostAndPort;
        return this;
    }

    /** The share of the nodes, 0 to 1, that use gRPC if {@link #grpc} is set; 1 by default. Downloads always use HTTP. */
    public FleetBuilder grpcShare(double share) {
        this.grpcShare = Faults.probability("grpcShare", share);
        return this;
    }

    /** The token with which the nodes of {@link #nodes} enroll. */
    public FleetBuilder enrollmentToken(String token) {
        this.enrollmentToken = token;
        return this;
    }

    /** How many nodes enroll with {@link #enrollmentToken}; beside those of the groups. */
    public FleetBuilder nodes(int nodes) {
        this.nodes = nodes;
        return this;
    }

    /**
     * Adds nodes that enroll with a token of their own: tokens are bound to a site. The nodes of all groups are numbered
     * through.
     *
     * @param labels what each of these nodes says about itself, over {@link #labels}
     */
    public FleetBuilder group(int nodes, String enrollmentToken, Map<String, String> labels) {
        groups.add(new FleetPlan.Group(null, nodes, enrollmentToken, Map.copyOf(labels)));
        return this;
    }

    /** As {@link #group(int, String, Map)}, with names that start with this prefix. */
    public FleetBuilder group(String namePrefix, int nodes, String enrollmentToken, Map<String, String> labels) {
        groups.add(new FleetPlan.Group(namePrefix, nodes, enrollmentToken, Map.copyOf(labels)));
        return this;
    }

    /** Node names are {@code prefix-00000} and on; {@code node} by default. */
    public FleetBuilder namePrefix(String prefix) {
        this.namePrefix = prefix;
        return this;
    }

    /**
     * Where nodes keep their state and their downloads; made if missing. A fleet of the same description started on the
     * same directory goes on where the last one stopped, also after a crash. One fleet at a time.
     */
    public FleetBuilder stateDirectory(Path directory) {
        this.stateDirectory = directory;
        return this;
    }

    /** The longest pause between two polls, whatever the manager asks for; 30 s by default. */
    public FleetBuilder poll(Duration poll) {
        this.poll = positive("poll", poll);
        return this;
    }

    /** How long a reboot takes; 500 ms by default. */
    public FleetBuilder rebootTime(Duration time) {
        this.rebootTime = notNegative("rebootTime", time);
        return this;
    }

    /** How long writing a slot takes; 500 ms by default. */
    public FleetBuilder installTime(Duration time) {
        this.installTime = notNegative("installTime", time);
        return this;
    }

    /** How long the health checks of a new slot take; 500 ms by default. */
    public FleetBuilder trialTime(Duration time) {
        this.trialTime = notNegative("trialTime", time);
        return this;
    }

    /** The probability, 0 to 1, that an update with a good image fails at install, boot or trial; 0 by default. */
    public FleetBuilder failureRate(double rate) {
        this.failureRate = Faults.probability("failureRate", rate);
        return this;
    }

    /** What a version does to every node that installs it; {@link ImageBehaviour#GOOD} by default. */
    public FleetBuilder imageBehaviour(String version, ImageBehaviour behaviour) {
        behaviours.put(version, behaviour);
        return this;
    }

    public FleetBuilder faults(Faults faults) {
        this.faults = faults;
        return this;
    }

    /** {@code x86_64} by default. */
    public FleetBuilder architecture(String architecture) {
        this.architecture = architecture;
        return this;
    }

    /** The hardware models, given to the nodes in turn; {@code generic} by default. */
    public FleetBuilder hardware(List<String> models) {
        if (models.isEmpty()) {
            throw new IllegalArgumentException("hardware needs at least one model");
        }
        this.hardware = List.copyOf(models);
        return this;
    }

    /** The labels that the node of an index (from 0) says about itself; none by default. */
    public FleetBuilder labels(Function<Integer, Map<String, String>> labels) {
        this.labels = labels;
        return this;
    }

    /** The source of all chance; 1 by default. */
    public FleetBuilder seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** The image in slot A of a node that starts for the first time; without it the slot has no known image. */
    public FleetBuilder initialImage(String version, String sha256) {
        this.initialVersion = version;
        this.initialSha256 = sha256;
        return this;
    }

    /** How many nodes download at the same time; 32 by default. */
    public FleetBuilder concurrentDownloads(int downloads) {
        this.concurrentDownloads = positive("concurrentDownloads", downloads);
        return this;
    }

    /** How many calls, and so connections, are open at the same time, downloads apart; 256 by default. */
    public FleetBuilder concurrentCalls(int calls) {
        this.concurrentCalls = positive("concurrentCalls", calls);
        return this;
    }

    /**
     * Starts the nodes, spread over one poll interval, and returns at once.
     *
     * @throws IllegalArgumentException if the description is not complete
     * @throws UncheckedIOException if the state directory cannot be used
     */
    public Fleet start() {
        if (manager == null) {
            throw new IllegalArgumentException("manager is needed");
        }
        if (stateDirectory == null) {
            throw new IllegalArgumentException("stateDirectory is needed");
        }
        List<FleetPlan.Group> all = new ArrayList<>();
        if (nodes > 0) {
            if (enrollmentToken == null) {
                throw new IllegalArgumentException("enrollmentToken is needed for nodes");
            }
            all.add(new FleetPlan.Group(null, nodes, enrollmentToken, Map.of()));
        }
        all.addAll(groups);
        FleetPlan plan = new FleetPlan(
                manager,
                grpc,
                grpcShare,
                List.copyOf(all),
                namePrefix,
                stateDirectory,
                poll,
                rebootTime,
                installTime,
                trialTime,
                failureRate,
                Map.copyOf(behaviours),
                faults,
                architecture,
                hardware,
                labels,
                seed,
                initialVersion,
                initialSha256,
                concurrentDownloads,
                concurrentCalls);
        try {
            return Fleet.start(plan);
        } catch (IOException e) {
            throw new UncheckedIOException("The state directory " + stateDirectory + " cannot be used", e);
        }
    }

    private static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be longer than 0, found " + value);
        }
        return value;
    }

    private static Duration notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative, found " + value);
        }
        return value;
    }

    private static int positive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be at least 1, found " + value);
        }
        return value;
    }
}
