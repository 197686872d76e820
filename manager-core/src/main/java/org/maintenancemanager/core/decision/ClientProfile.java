package org.maintenancemanager.core.decision;

import java.time.Duration;
import java.util.List;

/**
 * What the program on a node can do, as far as a decision depends on it.
 *
 * @param downloadsAhead whether it can download before its window and wait
 * @param permitBeforeDownload whether it goes from the download to the installation by itself, so that it needs the permit
 *     before it begins to download
 * @param leastRest what must be left of a window for it to begin at all
 * @param limits what it cannot do, for people
 */
public record ClientProfile(
        ClientFamily family,
        boolean downloadsAhead,
        boolean permitBeforeDownload,
        Duration leastRest,
        List<Limit> limits) {
    /** Something that a client cannot do, and what the manager does about it. The names are codes of the API. */
    public enum Limit {
        CANNOT_HOLD_DOWNLOAD("It installs as soon as it has downloaded, so it is offered an image only with a permit."),
        NO_PERMIT_TIME("It knows no time limit: what it began in a permit it finishes after its end."),
        NO_FACTS("It does not say what it runs: its version is taken from its last successful update."),
        SPEAKS_AFTER_REBOOT("It says how an update ended only after its restart."),
        SUCCESS_BEFORE_REBOOT(
                "It says success before its restart; an update is confirmed only when its attribute version is the"
                        + " image's."),
        NO_ROLLBACK_ON_REQUEST("It cannot be told to go back to its other slot."),
        HOLDS_SCHEDULE("It begins at the start of its schedule even when the manager cannot be reached by then."),
        NEEDS_TEN_MINUTES("It begins only when more than ten minutes are left of its window."),
        NO_PRESTAGE("It cannot write its inactive slot before its window."),
        NO_SIGNATURES("It does not check our signature envelopes, only its own.");

        private final String sentence;

        Limit(String sentence) {
            this.sentence = sentence;
        }

        public String sentence() {
            return sentence;
        }
    }

    public static final ClientProfile OWN = new ClientProfile(ClientFamily.OWN, true, false, Duration.ZERO, List.of());

    private static final ClientProfile SWUPDATE = new ClientProfile(
            ClientFamily.SWUPDATE,
            false,
            true,
            Duration.ZERO,
            List.of(
                    Limit.CANNOT_HOLD_DOWNLOAD,
                    Limit.NO_PERMIT_TIME,
                    Limit.NO_PRESTAGE,
                    Limit.SPEAKS_AFTER_REBOOT,
                    Limit.NO_FACTS,
                    Limit.NO_ROLLBACK_ON_REQUEST,
                    Limit.NO_SIGNATURES));
    private static final ClientProfile DDI_OTHER =
            new ClientProfile(ClientFamily.DDI_OTHER, false, true, Duration.ZERO, SWUPDATE.limits());
    private static final ClientProfile RAUC = new ClientProfile(
            ClientFamily.RAUC,
            true,
            false,
            Duration.ZERO,
            List.of(
                    Limit.NO_PERMIT_TIME,
                    Limit.NO_PRESTAGE,
                    Limit.SUCCESS_BEFORE_REBOOT,
                    Limit.NO_ROLLBACK_ON_REQUEST,
                    Limit.NO_SIGNATURES));
    /** It catches up on a window that has begun only when it ends more than ten minutes ahead. */
    private static final ClientProfile EMF = new ClientProfile(
            ClientFamily.EMF,
            true,
            true,
            Duration.ofMinutes(11),
            List.of(
                    Limit.HOLDS_SCHEDULE,
                    Limit.NEEDS_TEN_MINUTES,
                    Limit.NO_PERMIT_TIME,
                    Limit.NO_PRESTAGE,
                    Limit.NO_ROLLBACK_ON_REQUEST,
                    Limit.NO_SIGNATURES));

    public ClientProfile {
        limits = List.copyOf(limits);
    }

    public static ClientProfile of(ClientFamily family) {
        return switch (family) {
            case OWN -> OWN;
            case SWUPDATE -> SWUPDATE;
            case RAUC -> RAUC;
            case DDI_OTHER -> DDI_OTHER;
            case EMF -> EMF;
        };
    }
}
