package org.maintenancemanager.core.ddi;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.decision.ClientFamily;
import org.maintenancemanager.core.decision.Decision.Directive;

/**
 * How our node updates look to DDI clients, and what their feedback means for them. Pure. The quirks are those of the
 * clients' sources, or were measured with SWUpdate 2022.12; docs/ddi.md lists them.
 */
final class DdiRules {
    private DdiRules() {}

    /**
     * @param directive of the decision, after a permit was asked for
     * @param permitted whether a permit is held and still valid
     * @param action of the latest update; 0 if there is none
     */
    static DdiTask task(
            ClientFamily family,
            @Nullable UpdateState state,
            Directive directive,
            boolean permitted,
            int action,
            int canceledAction) {
        if (state == null) {
            return new DdiTask.Nothing();
        }
        return switch (state) {
            case CANCELED, SUPERSEDED -> action == canceledAction ? new DdiTask.Nothing() : new DdiTask.Cancel(action);
            case CONFIRMED, FAILED, ROLLED_BACK, LOST, SKIPPED -> new DdiTask.Nothing();
            case OFFERED, DOWNLOADING, DOWNLOADED -> {
                if (permitted && directive == Directive.INSTALL_ALLOWED) {
                    yield new DdiTask.Deploy(action, DdiTask.Handling.GO);
                }
                boolean holds = family == ClientFamily.RAUC
                        && (directive == Directive.DOWNLOAD || state != UpdateState.OFFERED);
                yield holds ? new DdiTask.Deploy(action, DdiTask.Handling.HOLD) : new DdiTask.Nothing();
            }
            // Begun and not ended: it may have been restarted in between and begins again, but not after its permit.
            case INSTALLING -> new DdiTask.Deploy(action, permitted ? DdiTask.Handling.GO : waiting(family));
            case STAGED, REBOOTING, TRIAL ->
                // RAUC has said its last word; SWUpdate looks for the action after its restart.
                family == ClientFamily.RAUC
                        ? new DdiTask.Nothing()
                        : new DdiTask.Deploy(action, DdiTask.Handling.LISTEN);
        };
    }

    private static DdiTask.Handling waiting(ClientFamily family) {
        return family == ClientFamily.RAUC ? DdiTask.Handling.HOLD : DdiTask.Handling.LISTEN;
    }

    /** An action's state in hawkBit's words. */
    static String status(UpdateState state) {
        return switch (state) {
            case OFFERED, INSTALLING, STAGED, REBOOTING, TRIAL -> "RUNNING";
            case DOWNLOADING -> "DOWNLOAD";
            case DOWNLOADED -> "DOWNLOADED";
            case CONFIRMED, SKIPPED -> "FINISHED";
            case FAILED, ROLLED_BACK, LOST -> "ERROR";
            case CANCELED, SUPERSEDED -> "CANCELED";
        };
    }

    /** What feedback means. */
    sealed interface Meaning {
        /** The client passed the action over; nothing happened, and it is offered again when its time comes. */
        record Deferred() implements Meaning {}

        /**
         * @param steps at least one, in their order
         * @param runs what is known to run from now on
         */
        record Steps(List<Step> steps, Runs runs) implements Meaning {}
    }

    enum Runs {
        UNKNOWN,
        NEW,
        OLD
    }

    /** @param phase what failed, with FAILED only */
    record Step(
            UpdateState state,
            @Nullable FailurePhase phase,
            @Nullable String code) {}

    /** @param permitted whether a permit is in flight */
    static Meaning meaning(ClientFamily family, UpdateState state, boolean permitted, DdiFeedback feedback) {
        return switch (feedback.execution()) {
            case CLOSED ->
                switch (feedback.finished()) {
                    case SUCCESS -> success(family, state, feedback);
                    case FAILURE -> failure(state, feedback, "CLIENT_FAILED");
                    case NONE -> progress(state);
                };
            case CANCELED -> failure(state, feedback, "CLIENT_CANCELED");
            case REJECTED -> failure(state, feedback, "CLIENT_REJECTED");
            case SCHEDULED, RESUMED -> progress(state);
            case DOWNLOAD -> steps(state, UpdateState.DOWNLOADING);
            case DOWNLOADED -> steps(state, UpdateState.DOWNLOADED);
            case PROCEEDING ->
                family == ClientFamily.RAUC
                        ? raucProceeds(state, permitted, feedback)
                        : swupdateProceeds(state, permitted, feedback);
        };
    }

    private static Meaning success(ClientFamily family, UpdateState state, DdiFeedback feedback) {
        if (feedback.says("Skipped Update.")) {
            return new Meaning.Deferred();
        }
        // Said before its restart: the new slot is armed, no more.
        return family == ClientFamily.RAUC
                ? steps(state, UpdateState.STAGED)
                : new Meaning.Steps(path(state, UpdateState.CONFIRMED), Runs.NEW);
    }

    private static Meaning failure(UpdateState state, DdiFeedback feedback, String code) {
        return switch (state) {
            // Its last word after the restart: the old slot runs again.
            case STAGED, REBOOTING, TRIAL ->
                new Meaning.Steps(List.of(new Step(UpdateState.ROLLED_BACK, null, code)), Runs.OLD);
            default ->
                new Meaning.Steps(List.of(new Step(UpdateState.FAILED, phase(state, feedback), code)), Runs.UNKNOWN);
        };
    }

    private static FailurePhase phase(UpdateState state, DdiFeedback feedback) {
        if (feedback.mentions("checksum") || feedback.mentions("signature") || feedback.mentions("verif")) {
            return FailurePhase.VERIFY;
        }
        if (feedback.mentions("download") || feedback.mentions("channel")) {
            return FailurePhase.DOWNLOAD;
        }
        return switch (state) {
            case OFFERED, DOWNLOADING -> FailurePhase.DOWNLOAD;
            default -> FailurePhase.INSTALL;
        };
    }

    private static Meaning swupdateProceeds(UpdateState state, boolean permitted, DdiFeedback feedback) {
        if (feedback.says("All Chunks Installed.")) {
            return steps(state, UpdateState.STAGED);
        }
        if (feedback.mentions("testing pending")) {
            return steps(state, UpdateState.TRIAL);
        }
        // It writes while it downloads.
        return steps(state, permitted ? UpdateState.INSTALLING : UpdateState.DOWNLOADING);
    }

    private static Meaning raucProceeds(UpdateState state, boolean permitted, DdiFeedback feedback) {
        if (state == UpdateState.OFFERED || state == UpdateState.DOWNLOADING) {
            boolean complete = feedback.mentions("download complete") || feedback.mentions("checksum ok");
            return steps(state, complete ? UpdateState.DOWNLOADED : UpdateState.DOWNLOADING);
        }
        boolean installs = permitted && feedback.mentions("install");
        return installs ? steps(state, UpdateState.INSTALLING) : progress(state);
    }

    private static Meaning progress(UpdateState state) {
        return new Meaning.Steps(List.of(new Step(state, null, null)), Runs.UNKNOWN);
    }

    private static Meaning steps(UpdateState from, UpdateState to) {
        return new Meaning.Steps(path(from, to), Runs.UNKNOWN);
    }

    /** The steps that our state machine wants in between; the present state again when it is there or beyond already. */
    private static List<Step> path(UpdateState from, UpdateState to) {
        if (from.ordinal() >= to.ordinal()) {
            return List.of(new Step(from, null, null));
        }
        List<Step> steps = new ArrayList<>();
        if (from.ordinal() < UpdateState.DOWNLOADED.ordinal() && to.ordinal() > UpdateState.DOWNLOADED.ordinal()) {
            steps.add(new Step(UpdateState.DOWNLOADED, null, null));
        }
        if (from.ordinal() < UpdateState.INSTALLING.ordinal() && to == UpdateState.CONFIRMED) {
            steps.add(new Step(UpdateState.INSTALLING, null, null));
        }
        steps.add(new Step(to, null, null));
        return steps;
    }
}
