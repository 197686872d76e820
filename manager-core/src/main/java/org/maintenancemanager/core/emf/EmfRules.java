package org.maintenancemanager.core.emf;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.decision.Decision.Directive;
import org.maintenancemanager.core.decision.GateName;
import org.maintenancemanager.core.decision.NodeFacts;
import org.maintenancemanager.core.decision.PermitTerms;
import org.maintenancemanager.core.decision.UpdateFacts.PermitFacts;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.Schedule.Opening;

/**
 * How our node updates look to agents of Edge Microvisor Toolkit, and what their statuses mean. Pure.
 *
 * <p>An agent downloads only when it has a schedule, some hours to ten minutes before its start, and begins at the start
 * without asking again. So before a window it is told of the window with a start that lies a little after the opening; in
 * between it polls, a permit is asked for, and if there is none the schedule is taken back before it starts.
 */
final class EmfRules {
    /** Between the opening and the start that a node without a permit is told: it polls every 20 seconds meanwhile. */
    static final Duration LEAD = Duration.ofMinutes(5);

    /** A node that has no permit this long before its start has its schedule taken back: three of its polls. */
    static final Duration TAKEN_BACK = Duration.ofMinutes(1);

    /** How many openings to look at for one that is long enough. */
    private static final int OPENINGS_TO_TRY = 20;

    private EmfRules() {}

    /**
     * @param permit held and valid; null: none
     * @param blocking the closed gate that decided; null: none
     */
    record Situation(
            NodeFacts node,
            UpdateState state,
            CampaignFacts campaign,
            Directive directive,
            @Nullable GateName blocking,
            @Nullable PermitFacts permit,
            Instant now) {}

    /** The one schedule that the node shall have now; the same as long as nothing changes. */
    static @Nullable EmfSchedule schedule(Situation situation) {
        UpdateState state = situation.state();
        if (state.isTerminal()) {
            return null;
        }
        PermitFacts permit = situation.permit();
        if (permit != null) {
            return permitted(situation, permit);
        }
        boolean mayPlan = switch (state) {
            case OFFERED, DOWNLOADING -> situation.directive() == Directive.DOWNLOAD;
            case DOWNLOADED -> situation.directive() == Directive.WAIT && onlyTimeIsMissing(situation.blocking());
            // Begun without a valid permit: whatever it does, it gets no new start.
            default -> false;
        };
        return mayPlan ? planned(situation) : null;
    }

    private static boolean onlyTimeIsMissing(@Nullable GateName blocking) {
        return blocking == null
                || blocking == GateName.WINDOW
                || blocking == GateName.WINDOW_REST
                || blocking == GateName.FREEZE
                || blocking == GateName.BUDGET;
    }

    /** A start that the node was told before stays, so that it does not plan anew. */
    private static EmfSchedule permitted(Situation situation, PermitFacts permit) {
        Schedule schedule = PermitTerms.schedule(situation.node(), situation.campaign(), permit.grantedAt());
        Instant granted = permit.grantedAt();
        Opening opening = schedule.openAt(granted).orElse(null);
        Instant start = opening == null ? null : start(situation, opening).orElse(null);
        if (opening == null || start == null || !granted.isBefore(start.minus(TAKEN_BACK))) {
            return seconds(granted, permit.validUntil());
        }
        Instant end = end(situation, opening);
        return seconds(start, end.isBefore(permit.validUntil()) ? end : permit.validUntil());
    }

    private static @Nullable EmfSchedule planned(Situation situation) {
        Schedule schedule = PermitTerms.schedule(situation.node(), situation.campaign(), situation.now());
        Optional<Opening> open = schedule.openAt(situation.now());
        if (open.isPresent()) {
            Instant start = start(situation, open.get()).orElse(null);
            return start != null && situation.now().isBefore(start.minus(TAKEN_BACK))
                    ? seconds(start, end(situation, open.get()))
                    : null;
        }
        Instant after = situation.now();
        for (int i = 0; i < OPENINGS_TO_TRY; i++) {
            Opening next = schedule.nextAfter(after).orElse(null);
            if (next == null) {
                return null;
            }
            Instant start = start(situation, next).orElse(null);
            if (start != null) {
                return seconds(start, end(situation, next));
            }
            after = next.start();
        }
        return null;
    }

    /** Empty where an opening is too short to ask in it before it starts: then it starts once it is permitted. */
    private static Optional<Instant> start(Situation situation, Opening opening) {
        Instant start = opening.start().plus(LEAD);
        return PermitTerms.of(situation.node(), situation.campaign(), opening, start)
                        .isPresent()
                ? Optional.of(start)
                : Optional.empty();
    }

    /** What a permit's end would be if it were granted at once. */
    private static Instant end(Situation situation, Opening opening) {
        return PermitTerms.of(situation.node(), situation.campaign(), opening, opening.start())
                .map(PermitTerms::validUntil)
                .orElse(opening.end().minus(situation.campaign().guardTime()));
    }

    private static EmfSchedule seconds(Instant start, Instant end) {
        return new EmfSchedule(start.truncatedTo(ChronoUnit.SECONDS), end.truncatedTo(ChronoUnit.SECONDS));
    }

    /** @param phase what failed, with FAILED only */
    record Step(
            UpdateState state,
            @Nullable FailurePhase phase,
            @Nullable String code) {}

    /**
     * What a level means that is not the one before, or stays.
     *
     * @param before what the agent said last; null: not known, as after a restart of the manager
     * @param stood how long the update has been in its state
     * @param imageVersion of the update's image
     * @return empty: nothing new
     */
    static List<Step> steps(
            UpdateState state,
            EmfStatus status,
            @Nullable EmfStatus before,
            boolean permitted,
            Duration stood,
            String imageVersion) {
        boolean news = !status.equals(before);
        if (state == UpdateState.OFFERED && isOfTheUpdateBefore(status, before)) {
            return List.of();
        }
        return switch (status.level()) {
            case UNSPECIFIED -> List.of();
            case DOWNLOADING ->
                state == UpdateState.OFFERED || state == UpdateState.DOWNLOADED && news
                        ? List.of(step(UpdateState.DOWNLOADING))
                        : List.of();
            case DOWNLOADED -> path(state, UpdateState.DOWNLOADED);
            // Without a permit it is kept as what it said, once, and moves nothing.
            case STARTED -> permitted || news ? path(state, UpdateState.INSTALLING) : List.of();
            case UPDATED -> updated(state, news, permitted, stood);
            case UP_TO_DATE -> upToDate(state, status, imageVersion);
            case FAILED -> failed(state, status);
        };
    }

    /** Levels are repeated until the next one, so what it said before this update was offered says nothing of this one. */
    private static boolean isOfTheUpdateBefore(EmfStatus status, @Nullable EmfStatus before) {
        return switch (status.level()) {
            case DOWNLOADING, DOWNLOADED, STARTED -> before != null && before.level() == status.level();
            case UPDATED -> before == null || before.level() == status.level();
            case FAILED -> before == null || before.equals(status);
            case UNSPECIFIED, UP_TO_DATE -> false;
        };
    }

    /** It repeats what it was last offered, not what it booted; only that it stays so tells more. */
    private static List<Step> updated(UpdateState state, boolean news, boolean permitted, Duration stood) {
        if (state.ordinal() < UpdateState.STAGED.ordinal()) {
            return permitted || news ? path(state, UpdateState.STAGED) : List.of();
        }
        return stood.compareTo(TAKEN_BACK) >= 0 ? List.of(step(UpdateState.CONFIRMED)) : List.of();
    }

    private static List<Step> upToDate(UpdateState state, EmfStatus status, String imageVersion) {
        return switch (state) {
            case STAGED, REBOOTING, TRIAL -> List.of(step(UpdateState.CONFIRMED));
            case INSTALLING -> {
                // It left out UPDATED; only its log can say that it did not simply forget.
                StatusDetail detail = StatusDetail.of(status.detail());
                boolean same = detail.version() == null || detail.version().equals(imageVersion);
                yield Boolean.TRUE.equals(detail.succeeded()) && same
                        ? List.of(step(UpdateState.CONFIRMED))
                        : List.of();
            }
            default -> List.of();
        };
    }

    private static List<Step> failed(UpdateState state, EmfStatus status) {
        StatusDetail detail = StatusDetail.of(status.detail());
        FailurePhase phase = detail.phase();
        String code = detail.reason() == null ? "AGENT_FAILED" : detail.reason();
        boolean restarted = phase == FailurePhase.REBOOT || phase == FailurePhase.TRIAL;
        boolean disturbed =
                state == UpdateState.INSTALLING && restarted || state.ordinal() >= UpdateState.STAGED.ordinal();
        if (disturbed) {
            return List.of(new Step(UpdateState.ROLLED_BACK, null, code));
        }
        FailurePhase said = phase != null && !restarted
                ? phase
                : state.ordinal() < UpdateState.DOWNLOADED.ordinal() ? FailurePhase.DOWNLOAD : FailurePhase.INSTALL;
        return List.of(new Step(UpdateState.FAILED, said, code));
    }

    private static Step step(UpdateState state) {
        return new Step(state, null, null);
    }

    /** Nothing where it is there or beyond already. */
    private static List<Step> path(UpdateState from, UpdateState to) {
        if (from.ordinal() >= to.ordinal()) {
            return List.of();
        }
        List<Step> steps = new ArrayList<>();
        if (from.ordinal() < UpdateState.DOWNLOADED.ordinal() && to.ordinal() > UpdateState.DOWNLOADED.ordinal()) {
            steps.add(step(UpdateState.DOWNLOADED));
        }
        steps.add(step(to));
        return steps;
    }
}
