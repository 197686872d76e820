package org.maintenancemanager.core.update;

import static org.maintenancemanager.api.node.UpdateState.CANCELED;
import static org.maintenancemanager.api.node.UpdateState.CONFIRMED;
import static org.maintenancemanager.api.node.UpdateState.DOWNLOADED;
import static org.maintenancemanager.api.node.UpdateState.DOWNLOADING;
import static org.maintenancemanager.api.node.UpdateState.FAILED;
import static org.maintenancemanager.api.node.UpdateState.INSTALLING;
import static org.maintenancemanager.api.node.UpdateState.LOST;
import static org.maintenancemanager.api.node.UpdateState.OFFERED;
import static org.maintenancemanager.api.node.UpdateState.REBOOTING;
import static org.maintenancemanager.api.node.UpdateState.ROLLED_BACK;
import static org.maintenancemanager.api.node.UpdateState.SKIPPED;
import static org.maintenancemanager.api.node.UpdateState.STAGED;
import static org.maintenancemanager.api.node.UpdateState.SUPERSEDED;
import static org.maintenancemanager.api.node.UpdateState.TRIAL;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;

/**
 * The state machine of a node update, as data. A node may leave out steps that it does not tell apart, but it always says
 * that the image is verified ({@code DOWNLOADED}) and that it began to disturb itself (one of the states from
 * {@code INSTALLING} to {@code TRIAL}), since the manager relies on both.
 */
public final class UpdateLifecycle {
    /** Where a node's report may lead. */
    private static final Map<UpdateState, Set<UpdateState>> BY_REPORT = new EnumMap<>(Map.of(
            OFFERED, EnumSet.of(DOWNLOADING, DOWNLOADED, FAILED),
            DOWNLOADING, EnumSet.of(DOWNLOADED, FAILED),
            // Back to DOWNLOADING: the file was lost or turned out to be damaged.
            DOWNLOADED, EnumSet.of(DOWNLOADING, INSTALLING, STAGED, REBOOTING, TRIAL, FAILED),
            INSTALLING, EnumSet.of(STAGED, REBOOTING, TRIAL, CONFIRMED, FAILED, ROLLED_BACK),
            STAGED, EnumSet.of(REBOOTING, TRIAL, CONFIRMED, FAILED, ROLLED_BACK),
            REBOOTING, EnumSet.of(TRIAL, CONFIRMED, FAILED, ROLLED_BACK),
            TRIAL, EnumSet.of(CONFIRMED, FAILED, ROLLED_BACK)));

    /** Where the manager itself may lead: by an operator, a timeout, or facts that tell more than the reports did. */
    private static final Map<UpdateState, Set<UpdateState>> BY_MANAGER = new EnumMap<>(Map.of(
            // LOST before the download was verified: a client that needs a permit to begin it at all.
            OFFERED, EnumSet.of(CANCELED, SUPERSEDED, SKIPPED, LOST),
            DOWNLOADING, EnumSet.of(CANCELED, SUPERSEDED, SKIPPED, LOST),
            DOWNLOADED, EnumSet.of(CANCELED, SUPERSEDED, SKIPPED, LOST),
            INSTALLING, EnumSet.of(CANCELED, LOST, ROLLED_BACK),
            STAGED, EnumSet.of(CANCELED, LOST, ROLLED_BACK),
            REBOOTING, EnumSet.of(CANCELED, LOST, ROLLED_BACK),
            TRIAL, EnumSet.of(CANCELED, LOST, ROLLED_BACK)));

    /** What a report can never say. */
    private static final Set<UpdateState> MANAGER_ONLY = EnumSet.of(LOST, CANCELED, SUPERSEDED, SKIPPED);

    private UpdateLifecycle() {}

    /** What a report does to a node update. */
    public sealed interface Outcome {
        /** @param next the state from now on; the present one again where the report merely shows progress */
        record Applied(UpdateState next) implements Outcome {}

        /** The update has ended, and an end never changes. */
        record Ignored(String reason) implements Outcome {}

        /** The state machine has no such step. */
        record Illegal(String reason) implements Outcome {}
    }

    /** How far a node may go. */
    public enum Permission {
        /** Up to DOWNLOADED. */
        NONE,
        /** Up to STAGED: the campaign lets nodes write the inactive slot before their window. */
        PRESTAGE,
        /** Through to the end: a permit is in flight. */
        PERMIT;

        boolean allows(UpdateState state) {
            return switch (this) {
                case NONE -> !isDisturbing(state);
                case PRESTAGE -> !isDisturbing(state) || state == INSTALLING || state == STAGED;
                case PERMIT -> true;
            };
        }

        private static boolean isDisturbing(UpdateState state) {
            return state.needsPermit() || state == CONFIRMED || state == ROLLED_BACK;
        }
    }

    /** As {@link #apply(UpdateState, Permission, UpdateState, FailurePhase)}, in a campaign without prestaging. */
    public static Outcome apply(
            UpdateState current, boolean permitInFlight, UpdateState reported, @Nullable FailurePhase phase) {
        return apply(current, permitInFlight ? Permission.PERMIT : Permission.NONE, reported, phase);
    }

    /**
     * What becomes of an update in state {@code current} when its node reports {@code reported}.
     *
     * @param phase what failed; required with FAILED, ignored otherwise
     */
    public static Outcome apply(
            UpdateState current, Permission permission, UpdateState reported, @Nullable FailurePhase phase) {
        if (current.isTerminal()) {
            return new Outcome.Ignored("The update has already ended as " + current + ".");
        }
        if (MANAGER_ONLY.contains(reported)) {
            return new Outcome.Illegal("Only the manager sets " + reported + ".");
        }
        boolean progress = reported == current;
        if (!progress && !reportable(current).contains(reported)) {
            return new Outcome.Illegal("No step leads from " + current + " to " + reported + "; possible are "
                    + names(reportable(current)) + ".");
        }
        if (!permission.allows(reported)) {
            return new Outcome.Illegal(reported + " needs a permit, and none is in flight for this update.");
        }
        if (reported == FAILED && phase == null) {
            return new Outcome.Illegal(
                    "FAILED needs the phase that failed; possible are DOWNLOAD, VERIFY, INSTALL," + " REBOOT, TRIAL.");
        }
        return new Outcome.Applied(reported);
    }

    /** Whether the manager itself may move an update so: by an operator, a timeout, or the node's facts. */
    public static boolean managerMay(UpdateState from, UpdateState to) {
        return BY_MANAGER.getOrDefault(from, Set.of()).contains(to);
    }

    /** Where a node's report may lead from a state; nowhere from an end. */
    static Set<UpdateState> reportable(UpdateState from) {
        return BY_REPORT.getOrDefault(from, Set.of());
    }

    private static String names(Set<UpdateState> states) {
        return states.stream().map(UpdateState::name).collect(Collectors.joining(", "));
    }
}
