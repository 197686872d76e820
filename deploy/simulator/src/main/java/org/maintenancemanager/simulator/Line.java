package org.maintenancemanager.simulator;

import java.util.random.RandomGenerator;
import org.maintenancemanager.api.node.EnrollResult;
import org.maintenancemanager.api.node.NodeClient;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.PollResult;
import org.maintenancemanager.api.node.Refused;
import org.maintenancemanager.api.node.ReportResult;
import org.maintenancemanager.api.node.Retry;

/** One node's calls to the manager, over a line that may lose answers and say things twice. Counts what came back. */
final class Line {
    private static final Retry LOST = new Retry(0, "the answer was lost");

    private final World world;
    private final RandomGenerator random;

    Line(World world, RandomGenerator random) {
        this.world = world;
        this.random = random;
    }

    EnrollResult enroll(NodeClient client, EnrollRequest request) throws InterruptedException {
        EnrollResult result = call(() -> client.enroll(request));
        switch (result) {
            case EnrollResult.Enrolled enrolled -> {}
            case EnrollResult.Certified certified -> {}
            case EnrollResult.Pending pending -> {}
            case Retry retry -> world.counters.retries.increment();
            case Refused refused -> world.counters.errors.increment();
        }
        return result;
    }

    PollResult poll(NodeClient client, PollRequest request) throws InterruptedException {
        PollResult result = call(() -> client.poll(request));
        switch (result) {
            case PollResult.Changed changed -> {
                if (isLost()) {
                    return LOST;
                }
                world.counters.polls.increment();
            }
            case PollResult.Unchanged unchanged -> {
                if (isLost()) {
                    return LOST;
                }
                world.counters.polls.increment();
            }
            case Retry retry -> world.counters.retries.increment();
            case Refused refused -> world.counters.errors.increment();
        }
        return result;
    }

    ReportResult report(NodeClient client, ReportRequest request) throws InterruptedException {
        ReportResult result = call(() -> client.report(request));
        if (chance(world.plan.faults().duplicates())) {
            result = call(() -> client.report(request));
        }
        switch (result) {
            case ReportResult.Stored stored -> {
                if (isLost()) {
                    return LOST;
                }
                world.counters.reports.add(
                        request.reports() == null ? 0 : request.reports().size());
            }
            case Retry retry -> world.counters.retries.increment();
            case Refused refused -> world.counters.errors.increment();
        }
        return result;
    }

    private boolean isLost() {
        boolean lost = chance(world.plan.faults().lostReplies());
        if (lost) {
            world.counters.retries.increment();
        }
        return lost;
    }

    private boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    private interface Call<T> {
        T make() throws InterruptedException;
    }

    private <T> T call(Call<T> call) throws InterruptedException {
        world.calls.acquire();
        try {
            return call.make();
        } finally {
            world.calls.release();
        }
    }
}
