package org.maintenancemanager.simulator;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All that {@link FleetBuilder} collected. */
record FleetPlan(
        URI manager,
        @Nullable String grpc,
        double grpcShare,
        List<Group> groups,
        String namePrefix,
        Path stateDirectory,
        Duration poll,
        Duration rebootTime,
        Duration installTime,
        Duration trialTime,
        double failureRate,
        Map<String, ImageBehaviour> behaviours,
        Faults faults,
        String architecture,
        List<String> hardware,
        Function<Integer, Map<String, String>> labels,
        long seed,
        @Nullable String initialVersion,
        @Nullable String initialSha256,
        int concurrentDownloads,
        int concurrentCalls) {
    /** Nodes that enroll with the same token. */
    record Group(@Nullable String namePrefix, int nodes, String enrollmentToken, Map<String, String> labels) {
        Group {
            if (nodes < 1) {
                throw new IllegalArgumentException("a group needs at least one node, found " + nodes);
            }
        }
    }
}
