package org.maintenancemanager.core.decision;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.BudgetFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.HeldCohort;
import org.maintenancemanager.core.campaign.CampaignFacts.WaveFacts;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.WaveGates;
import org.maintenancemanager.core.decision.Decision.Directive;
import org.maintenancemanager.core.decision.UpdateFacts.PermitFacts;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.Schedule.Opening;

/**
 * Decides what a node may do now. Asks the gates in their order and stops at the first closed one. Runs with every poll, so
 * whatever is the same for many nodes is made once, and nothing is put into words here.
 */
public final class Decisions {
    private static final GateName[] NAMES = GateName.values();

    private static final Gate[] OPEN =
            Stream.of(NAMES).map(name -> Gate.open(name, Reason.OPEN)).toArray(Gate[]::new);
    private static final Gate[] NOT_ASKED =
            Stream.of(NAMES).map(name -> Gate.notAsked(name, Reason.NOT_ASKED)).toArray(Gate[]::new);

    private static final Decision NOTHING = new Decision(Directive.NONE, List.of());
    private static final Decision CLEAN_UP = new Decision(Directive.CANCEL, List.of());
    private static final Decision AT_WORK = onlyPermit(Directive.NONE, Gate.open(GateName.PERMIT, Reason.IN_PROGRESS));
    private static final Decision PERMIT_HELD =
            onlyPermit(Directive.INSTALL_ALLOWED, Gate.open(GateName.PERMIT, Reason.PERMIT_HELD));
    private static final Decision INSTALL =
            stoppedAt(Directive.INSTALL_ALLOWED, Gate.notAsked(GateName.PERMIT, Reason.PERMIT_NEEDED));
    private static final Decision DOWNLOAD =
            stoppedAt(Directive.DOWNLOAD, Gate.closed(GateName.DOWNLOAD, Reason.DOWNLOAD_UNFINISHED));

    /** Reasons of a pause that come from what the campaign did to its nodes, not from a person. */
    private static final List<String> GUARD_REASONS =
            List.of("GUARD", "MAX_FAILURES", "MAX_FAILURE_PERCENT", "WAVE_GATE");

    /** How many openings to look at for one that is long enough. */
    private static final int OPENINGS_TO_TRY = 20;

    private Decisions() {}

    /**
     * What the node may do at {@code now}.
     *
     * @param update the node's latest, null if it never had one
     * @param campaign of the update
     */
    public static Decision decide(
            NodeFacts node, @Nullable UpdateFacts update, @Nullable CampaignFacts campaign, Instant now) {
        if (update == null || campaign == null) {
            return NOTHING;
        }
        return switch (update.state()) {
            case OFFERED, DOWNLOADING -> beforeDownload(node, update, campaign, now);
            case DOWNLOADED -> beforeInstall(node, update, campaign, now);
            // Whoever prestages has written the slot without a permit and still needs one for the reboot.
            case INSTALLING, STAGED -> campaign.prestage() ? beforeInstall(node, update, campaign, now) : atWork(node);
            case REBOOTING, TRIAL -> atWork(node);
            case CONFIRMED, FAILED, ROLLED_BACK -> NOTHING;
            // The node may not know that its update has ended.
            case LOST, CANCELED, SUPERSEDED, SKIPPED -> CLEAN_UP;
        };
    }

    private static Decision atWork(NodeFacts node) {
        Gate closed = nodeState(node);
        return closed == null ? AT_WORK : stoppedAt(Directive.WAIT, closed);
    }

    private static Decision beforeDownload(NodeFacts node, UpdateFacts update, CampaignFacts campaign, Instant now) {
        ClientProfile client = node.client();
        if (holdsPermit(update, now)) {
            Decision stopped = stoppedByNode(node);
            return stopped != null ? stopped : client.permitBeforeDownload() ? PERMIT_HELD : DOWNLOAD;
        }
        Decision stopped = stopped(node, update, campaign, now);
        if (stopped != null) {
            return stopped;
        }
        Gate paced = pacing(node, update);
        if (!client.permitBeforeDownload()) {
            return paced == null ? DOWNLOAD : stoppedAt(Directive.WAIT, paced);
        }
        Gate closed = disturbing(node, update, campaign, now);
        // Who downloads under its permit needs the turn when it may have the permit, and not before.
        if (paced != null && (closed == null || client.downloadsAhead())) {
            return stoppedAt(Directive.WAIT, paced);
        }
        if (closed == null) {
            return INSTALL;
        }
        return client.downloadsAhead() ? DOWNLOAD : stoppedAt(Directive.WAIT, closed);
    }

    /** Who has begun goes on: leave is for the beginning. */
    private static @Nullable Gate pacing(NodeFacts node, UpdateFacts update) {
        if (update.state() != UpdateState.OFFERED || update.course().downloadTurn()) {
            return null;
        }
        for (BudgetFacts budget : node.budgets()) {
            if (budget.downloads() != null) {
                return Gate.closed(GateName.DOWNLOAD_PACING, Reason.DOWNLOAD_PACED, Sentences.paced(budget));
            }
        }
        return null;
    }

    private static Decision beforeInstall(NodeFacts node, UpdateFacts update, CampaignFacts campaign, Instant now) {
        if (holdsPermit(update, now)) {
            // A pause, or the end of the window, does not take back what was granted.
            Decision stopped = stoppedByNode(node);
            return stopped == null ? PERMIT_HELD : stopped;
        }
        Decision stopped = stopped(node, update, campaign, now);
        if (stopped != null) {
            return stopped;
        }
        Gate closed = disturbing(node, update, campaign, now);
        return closed == null ? INSTALL : stoppedAt(Directive.WAIT, closed);
    }

    /** The gates that only what disturbs a node has to pass. */
    private static @Nullable Gate disturbing(NodeFacts node, UpdateFacts update, CampaignFacts campaign, Instant now) {
        Schedule schedule = PermitTerms.schedule(node, campaign, now);
        Gate closed = freeze(schedule, now);
        if (closed == null) {
            closed = window(node, schedule, campaign, now);
        }
        if (closed == null) {
            closed = budget(node, campaign);
        }
        if (closed == null) {
            closed = guard(node, update, campaign);
        }
        return closed == null ? expiredPermit(update) : closed;
    }

    private static boolean holdsPermit(UpdateFacts update, Instant now) {
        PermitFacts permit = update.permit();
        return permit != null && now.isBefore(permit.validUntil());
    }

    private static @Nullable Decision stoppedByNode(NodeFacts node) {
        Gate closed = nodeState(node);
        return closed == null ? null : stoppedAt(Directive.WAIT, closed);
    }

    /** The gates that a download needs too. */
    private static @Nullable Decision stopped(NodeFacts node, UpdateFacts update, CampaignFacts campaign, Instant now) {
        Gate closed = nodeState(node);

        if (closed != null) {
            return stoppedAt(Directive.WAIT, closed);
        }
        closed = imageState(campaign.image());
        if (closed != null) {
            return stoppedAt(isWithdrawn(closed) ? Directive.CANCEL : Directive.WAIT, closed);
        }
        closed = compatibility(node, campaign);
        if (closed == null && node.blocked().contains(campaign.image().id())) {
            closed =
                    Gate.closed(GateName.BLOCK_LIST, Reason.ROLLED_BACK_BEFORE, Sentences.rolledBack(campaign.image()));
        }
        if (campaign.state().isEnded()) {
            // Even where another gate is closed as well: what will never happen need not be waited for.
            return stoppedAt(Directive.CANCEL, closed == null ? ended(campaign) : closed);
        }
        if (closed == null) {
            closed = campaignState(campaign);
            if (closed != null && stoppedByGuard(campaign)) {
                return stoppedAt(Directive.WAIT, closed, guardStopped(campaign));
            }
        }
        if (closed == null) {
            closed = rival(update);
        }
        if (closed == null) {
            closed = wave(update, campaign, now);
        }
        if (closed == null) {
            closed = retry(update, now);
        }
        if (closed == null) {
            return null;
        }
        return stoppedAt(closed.code().equals(Reason.WAVE_SKIPPED.name()) ? Directive.CANCEL : Directive.WAIT, closed);
    }

    private static boolean isWithdrawn(Gate gate) {
        return gate.code().equals(Reason.IMAGE_WITHDRAWN.name());
    }

    static @Nullable Gate nodeState(NodeFacts node) {
        return switch (node.state()) {
            case ACTIVE -> null;
            case PENDING -> Gate.closed(GateName.NODE_STATE, Reason.NODE_PENDING);
            case QUARANTINED -> Gate.closed(GateName.NODE_STATE, Reason.NODE_QUARANTINED, Sentences.quarantined(node));
            case DECOMMISSIONED -> Gate.closed(GateName.NODE_STATE, Reason.NODE_DECOMMISSIONED);
        };
    }

    private static @Nullable Gate rival(UpdateFacts update) {
        String rival = update.course().rival();
        return rival == null ? null : Gate.closed(GateName.TURN, Reason.NODE_BUSY, Sentences.busy(rival));
    }

    private static @Nullable Gate retry(UpdateFacts update, Instant now) {
        Instant notBefore = update.course().notBefore();
        return notBefore == null || !now.isBefore(notBefore) || update.state() != UpdateState.OFFERED
                ? null
                : Gate.closed(
                        GateName.RETRY,
                        Reason.RETRY_LATER,
                        update.stateSince(),
                        notBefore,
                        Sentences.later(update, notBefore));
    }

    private static @Nullable Gate imageState(ImageFacts image) {
        return switch (image.state()) {
            case PUBLISHED -> null;
            case DRAFT -> Gate.closed(GateName.IMAGE_STATE, Reason.IMAGE_NOT_PUBLISHED, Sentences.draft(image));
            case WITHDRAWN -> Gate.closed(GateName.IMAGE_STATE, Reason.IMAGE_WITHDRAWN, Sentences.withdrawn(image));
        };
    }

    private static @Nullable Gate compatibility(NodeFacts node, CampaignFacts campaign) {
        ImageFacts image = campaign.image();
        if (!image.architecture().equals(node.architecture())) {
            return Gate.closed(
                    GateName.COMPATIBILITY, Reason.ARCHITECTURE_MISMATCH, Sentences.architecture(node, image));
        }
        if (!image.hardware().isEmpty()
                && (node.hardware() == null || !image.hardware().contains(node.hardware()))) {
            return Gate.closed(GateName.COMPATIBILITY, Reason.HARDWARE_MISMATCH, Sentences.hardware(node, image));
        }
        if (image.sha256().equals(node.runningSha256())) {
            return Gate.closed(GateName.COMPATIBILITY, Reason.ALREADY_RUNNING, Sentences.alreadyRunning(image));
        }
        Long running = node.runningReleaseCounter();
        if (running != null && image.releaseCounter() < running && !campaign.allowDowngrade()) {
            return Gate.closed(GateName.COMPATIBILITY, Reason.DOWNGRADE, Sentences.downgrade(running, image));
        }
        return null;
    }

    private static Gate ended(CampaignFacts campaign) {
        return Gate.closed(
                GateName.CAMPAIGN_STATE,
                campaign.state() == CampaignState.ABORTED ? Reason.CAMPAIGN_ABORTED : Reason.CAMPAIGN_COMPLETED,
                campaign.stateSince(),
                null,
                Sentences.ended(campaign));
    }

    private static @Nullable Gate campaignState(CampaignFacts campaign) {
        return switch (campaign.state()) {
            case RUNNING -> null;
            case DRAFT, SCHEDULED ->
                Gate.closed(GateName.CAMPAIGN_STATE, Reason.CAMPAIGN_NOT_STARTED, Sentences.notStarted(campaign));
            case AWAITING_APPROVAL ->
                Gate.closed(
                        GateName.APPROVAL,
                        Reason.AWAITING_APPROVAL,
                        campaign.stateSince(),
                        null,
                        Sentences.approval(campaign));
            case PAUSED ->
                Gate.closed(
                        GateName.CAMPAIGN_STATE,
                        Reason.CAMPAIGN_PAUSED,
                        campaign.stateSince(),
                        null,
                        Sentences.paused(campaign));
            case COMPLETED, ABORTED -> ended(campaign);
        };
    }

    private static @Nullable Gate wave(UpdateFacts update, CampaignFacts campaign, Instant now) {
        WaveFacts mine = null;
        WaveFacts before = null;
        for (WaveFacts wave : campaign.waves()) {
            if (wave.ordinal() == update.wave()) {
                mine = wave;
            } else if (wave.ordinal() == update.wave() - 1) {
                before = wave;
            }
        }
        if (mine != null && mine.skippedAt() != null) {
            return Gate.closed(GateName.WAVE, Reason.WAVE_SKIPPED, mine.skippedAt(), null, Sentences.waveSkipped(mine));
        }
        if (mine != null && mine.openedAt() != null) {
            return null;
        }
        if (before == null || before.openedAt() == null || before.passedAt() != null) {
            return Gate.closed(GateName.WAVE, Reason.WAVE_CLOSED, Sentences.wave(update.wave(), mine, before));
        }
        Instant since = before.gate().progress().reachedAt();
        return switch (before.gate().judge(now)) {
            case WaveGates.Waits waits ->
                Gate.closed(
                        GateName.WAVE,
                        Reason.WAVE_CLOSED,
                        Sentences.waveWaits(update.wave(), mine, before, waits.count()));
            case WaveGates.CannotPass cannot ->
                Gate.closed(
                        GateName.WAVE,
                        Reason.WAVE_CLOSED,
                        Sentences.waveWaits(update.wave(), mine, before, cannot.count()));
            case WaveGates.Soaks soaks ->
                Gate.closed(
                        GateName.WAVE,
                        Reason.WAVE_SOAKS,
                        since,
                        soaks.until(),
                        Sentences.waveSoaks(mine, before, soaks.until()));
            case WaveGates.NotBefore later ->
                Gate.closed(
                        GateName.WAVE,
                        Reason.WAVE_NOT_BEFORE,
                        since,
                        later.until(),
                        Sentences.waveNotBefore(mine, later.until()));
            case WaveGates.AwaitsApproval awaits ->
                Gate.closed(
                        GateName.WAVE,
                        Reason.WAVE_AWAITS_APPROVAL,
                        since,
                        null,
                        Sentences.waveAwaitsApproval(mine, before));
            // The tick is about to open it.
            case WaveGates.Passes passes ->
                Gate.closed(GateName.WAVE, Reason.WAVE_CLOSED, Sentences.wave(update.wave(), mine, before));
        };
    }

    private static @Nullable Gate freeze(Schedule schedule, Instant now) {
        Optional<Opening> freeze = schedule.frozenAt(now);
        if (freeze.isEmpty()) {
            return null;
        }
        Opening frozen = freeze.get();
        return Gate.closed(GateName.FREEZE, Reason.FROZEN, frozen.start(), frozen.end(), Sentences.frozen(frozen));
    }

    private static @Nullable Gate window(NodeFacts node, Schedule schedule, CampaignFacts campaign, Instant now) {
        if (!schedule.hasWindow()) {
            return Gate.closed(GateName.WINDOW, Reason.NO_WINDOW);
        }
        Optional<Opening> open = schedule.openAt(now);
        if (open.isEmpty()) {
            Opening next = schedule.nextAfter(now).orElse(null);
            return Gate.closed(
                    GateName.WINDOW,
                    Reason.WINDOW_CLOSED,
                    null,
                    next == null ? null : next.start(),
                    Sentences.closed(next));
        }
        if (PermitTerms.isLongEnough(node, campaign, open.get(), now)) {
            return null;
        }
        Opening longEnough = nextLongEnough(node, schedule, campaign, now);
        return Gate.closed(
                GateName.WINDOW_REST,
                Reason.WINDOW_TOO_SHORT,
                null,
                longEnough == null ? null : longEnough.start(),
                Sentences.tooShort(open.get(), node, campaign, longEnough));
    }

    private static @Nullable Opening nextLongEnough(
            NodeFacts node, Schedule schedule, CampaignFacts campaign, Instant now) {
        Instant after = now;
        for (int i = 0; i < OPENINGS_TO_TRY; i++) {
            Opening next = schedule.nextAfter(after).orElse(null);
            if (next == null || PermitTerms.isLongEnough(node, campaign, next, next.start())) {
                return next;
            }
            after = next.start();
        }
        return null;
    }

    private static @Nullable Gate budget(NodeFacts node, CampaignFacts campaign) {
        if (campaign.inFlight() >= campaign.maxInFlight()) {
            return Gate.closed(GateName.BUDGET, Reason.CAMPAIGN_FULL, Sentences.full(campaign));
        }
        for (BudgetFacts budget : node.budgets()) {
            if (budget.inFlight() >= budget.maxInFlight()) {
                return Gate.closed(GateName.BUDGET, Reason.BUDGET_FULL, Sentences.full(budget));
            }
        }
        return null;
    }

    private static @Nullable Gate guard(NodeFacts node, UpdateFacts update, CampaignFacts campaign) {
        HeldCohort held = campaign.guard()
                .holding(node.hardware(), node.sitePath(), update.course().sourceSha256());
        if (held != null) {
            return Gate.closed(GateName.GUARD, Reason.COHORT_HELD, held.since(), null, Sentences.held(held));
        }
        return campaign.inFlight() >= campaign.guard().maxInFlight()
                ? Gate.closed(GateName.GUARD, Reason.UNDER_SUSPICION, Sentences.suspicion(campaign))
                : null;
    }

    private static Gate guardStopped(CampaignFacts campaign) {
        return Gate.closed(
                GateName.GUARD, Reason.GUARD_STOPPED, campaign.stateSince(), null, Sentences.guard(campaign));
    }

    private static @Nullable Gate expiredPermit(UpdateFacts update) {
        PermitFacts permit = update.permit();
        return permit == null
                ? null
                : Gate.closed(
                        GateName.PERMIT,
                        Reason.PERMIT_EXPIRED,
                        permit.validUntil(),
                        permit.lostAt(),
                        Reason.PERMIT_EXPIRED);
    }

    /** For a node with a permit: beyond its own state, only that matters. */
    private static Decision onlyPermit(Directive directive, Gate permit) {
        Gate[] gates = NOT_ASKED.clone();
        gates[GateName.NODE_STATE.ordinal()] = OPEN[GateName.NODE_STATE.ordinal()];
        gates[GateName.PERMIT.ordinal()] = permit;
        return new Decision(directive, List.of(gates));
    }

    private static Decision stoppedAt(Directive directive, Gate last) {
        return stoppedAt(directive, last, null);
    }

    /** @param also a gate further on that is known to be closed too */
    private static Decision stoppedAt(Directive directive, Gate last, @Nullable Gate also) {
        Gate[] gates = new Gate[NAMES.length];
        int at = last.gate().ordinal();
        System.arraycopy(OPEN, 0, gates, 0, at);
        gates[at] = last;
        System.arraycopy(NOT_ASKED, at + 1, gates, at + 1, NAMES.length - at - 1);
        if (also != null) {
            gates[also.gate().ordinal()] = also;
        }
        return new Decision(directive, List.of(gates));
    }

    /** Whether the campaign stopped itself because of what happened to its nodes. */
    private static boolean stoppedByGuard(CampaignFacts campaign) {
        return campaign.state() == CampaignState.PAUSED
                && campaign.stateReason() != null
                && GUARD_REASONS.contains(campaign.stateReason());
    }
}
