package org.maintenancemanager.core.update;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;
import org.maintenancemanager.api.node.NodeMessages.Permit;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignBoard;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.decision.Decision;
import org.maintenancemanager.core.decision.Decisions;
import org.maintenancemanager.core.decision.Explanation;
import org.maintenancemanager.core.decision.Gate;
import org.maintenancemanager.core.decision.GateName;
import org.maintenancemanager.core.decision.NodeFacts;
import org.maintenancemanager.core.decision.PermitTerms;
import org.maintenancemanager.core.decision.UpdateFacts;
import org.maintenancemanager.core.decision.UpdateFacts.PermitFacts;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Answers polls from memory. Only a node that every gate lets through touches the database, for its permit. Nothing is
 * written per poll.
 */
@Component
public class PollDesk {
    /** Where only a budget is missing, a slot may come free at any time. */
    private final NodeDirectory nodes;

    private final CampaignBoard campaigns;
    private final FleetRules rules;
    private final PermitDesk permits;
    private final DownloadTurns turns;
    private final Presence presence;
    private final ServerEpoch epoch;
    private final DatabaseClock clock;
    private final long pollSeconds;
    private final Duration openingSpread;
    private final Counter unchanged;
    private final Counter changed;
    private final Counter overloaded;

    PollDesk(
            NodeDirectory nodes,
            CampaignBoard campaigns,
            FleetRules rules,
            PermitDesk permits,
            DownloadTurns turns,
            Presence presence,
            ServerEpoch epoch,
            DatabaseClock clock,
            MeterRegistry meters,
            @Value("${manager.poll.interval:PT60S}") Duration pollInterval,
            @Value("${manager.poll.opening-spread:PT10M}") Duration openingSpread) {
        this.nodes = nodes;
        this.campaigns = campaigns;
        this.rules = rules;
        this.permits = permits;
        this.turns = turns;
        this.presence = presence;
        this.epoch = epoch;
        this.clock = clock;
        this.openingSpread = openingSpread;
        this.pollSeconds = Math.max(1, pollInterval.toSeconds());
        this.unchanged = Counter.builder("manager.polls")
                .tag("answer", "unchanged")
                .description("polls by answer")
                .register(meters);
        this.changed = Counter.builder("manager.polls").tag("answer", "changed").register(meters);
        this.overloaded =
                Counter.builder("manager.polls").tag("answer", "overloaded").register(meters);
    }

    /** What a node shall do now, and when it shall ask again. */
    public PollAnswer poll(KnownNode node, PollRequest request) {
        PollAnswer answer = answer(node, request);
        switch (answer) {
            case PollAnswer.Unchanged it -> unchanged.increment();
            case PollAnswer.Changed it -> changed.increment();
            case PollAnswer.Overloaded it -> overloaded.increment();
        }
        return answer;
    }

    private PollAnswer answer(KnownNode node, PollRequest request) {
        presence.seen(node.tenant(), node.id().value(), request.bootId());
        try {
            NodeEntry entry = nodes.entry(node).orElse(null);
            if (entry == null) {
                return nothingNew(Pace.jittered(pollSeconds));
            }
            UpdateFacts update = entry.activeUpdate();
            return update == null ? idle(entry, request) : busy(entry, update, request);
        } catch (Overloaded e) {
            return new PollAnswer.Overloaded(e.retryAfterSeconds());
        } catch (DataAccessException | org.springframework.transaction.TransactionException e) {
            return new PollAnswer.Overloaded(Pace.retryAfterSeconds());
        }
    }

    /**
     * What a node shall do now, as facts: for the protocols of other managers, whose clients keep no version of ours. Asks
     * for a permit when every gate is open. No synchronous write otherwise, and no select for a node in memory.
     *
     * @throws Overloaded when too many wait, or the database does not answer
     */
    public Assignment assignment(KnownNode node) {
        Assignment assignment = assignment(node, true);
        (assignment.directive() == Decision.Directive.NONE ? unchanged : changed).increment();
        return assignment;
    }

    /** As {@link #assignment(KnownNode)}, without asking for a permit: for whatever comes between two polls. */
    public Assignment standing(KnownNode node) {
        return assignment(node, false);
    }

    private Assignment assignment(KnownNode node, boolean asks) {
        presence.seen(node.tenant(), node.id().value(), null);
        try {
            return nodes.entry(node)
                    .map(entry -> assignment(entry, clock.now(), asks))
                    .orElseThrow(() -> new Overloaded(Pace.retryAfterSeconds()));
        } catch (Overloaded e) {
            overloaded.increment();
            throw e;
        } catch (DataAccessException | org.springframework.transaction.TransactionException e) {
            overloaded.increment();
            throw new Overloaded(Pace.retryAfterSeconds());
        }
    }

    private Assignment assignment(NodeEntry entry, Instant now, boolean asks) {
        UpdateFacts update = entry.update();
        NodeFacts facts = entry.facts(rules.of(entry.tenant()));
        CampaignFacts campaign =
                update == null ? null : campaigns.find(update.campaignId()).orElse(null);
        if (update == null || campaign == null || update.state().isTerminal()) {
            return new Assignment(
                    entry.known(),
                    entry.device(),
                    facts,
                    entry.imageVersion(),
                    update,
                    campaign,
                    Decision.Directive.NONE,
                    null,
                    null,
                    Pace.jittered(pollSeconds),
                    now);
        }
        Decision decision = Decisions.decide(facts, update, campaign, now);
        if (asks) {
            askForTurn(decision, entry, update, campaign, facts, now);
        }
        PermitFacts held = update.permit();
        PermitFacts valid = held != null && held.validUntil().isAfter(now) ? held : null;
        Decision.Directive directive = decision.directive();
        GateName blocking = decision.blocking().map(Gate::gate).orElse(null);
        int next = nextPollSeconds(decision, facts, campaign, now);
        if (asks && directive == Decision.Directive.INSTALL_ALLOWED && valid == null) {
            switch (permits.request(new PermitDesk.Request(entry, update.id(), campaign))) {
                case PermitDesk.Granted granted -> valid = granted.permit();
                case PermitDesk.Refused refused -> {
                    boolean downloading =
                            update.state() == UpdateState.OFFERED || update.state() == UpdateState.DOWNLOADING;
                    directive = downloading && facts.client().downloadsAhead()
                            ? Decision.Directive.DOWNLOAD
                            : Decision.Directive.WAIT;
                    blocking = GateName.BUDGET;
                    next = slotPollSeconds(campaign);
                }
            }
        }
        return new Assignment(
                entry.known(),
                entry.device(),
                facts,
                entry.imageVersion(),
                update,
                campaign,
                directive,
                blocking,
                valid,
                next,
                now);
    }

    /** No update under way: nothing to do, but perhaps one to drop. */
    private PollAnswer idle(NodeEntry entry, PollRequest request) {
        if (entry.assignmentVersion() <= request.knownVersion()) {
            return nothingNew(Pace.jittered(pollSeconds));
        }
        UpdateFacts ended = entry.update();
        boolean dropped =
                ended != null && (ended.state() == UpdateState.CANCELED || ended.state() == UpdateState.SUPERSEDED);
        return new PollAnswer.Changed(response(
                entry,
                dropped ? Directive.CANCEL : Directive.NONE,
                entry.assignmentVersion(),
                dropped && ended != null ? ended.id().toString() : null,
                null,
                null,
                null,
                Pace.jittered(pollSeconds)));
    }

    private PollAnswer busy(NodeEntry entry, UpdateFacts update, PollRequest request) {
        CampaignFacts campaign = campaigns.find(update.campaignId()).orElse(null);
        Instant now = clock.now();
        NodeFacts facts = entry.facts(rules.of(entry.tenant()));
        Decision decision = Decisions.decide(facts, update, campaign, now);
        boolean known = request.knownVersion() >= update.assignmentVersion();
        if (campaign != null) {
            askForTurn(decision, entry, update, campaign, facts, now);
        }
        return switch (decision.directive()) {
            case NONE, WAIT -> {
                int next = nextPollSeconds(decision, facts, campaign, now);
                yield known ? nothingNew(next) : changed(entry, update, campaign, decision, Directive.WAIT, now, next);
            }
            // A node that has begun knows what to download.
            case DOWNLOAD ->
                known && update.state() != UpdateState.OFFERED
                        ? nothingNew(Pace.jittered(pollSeconds))
                        : changed(
                                entry, update, campaign, decision, Directive.DOWNLOAD, now, Pace.jittered(pollSeconds));
            case INSTALL_ALLOWED -> install(entry, update, campaign, decision, now, known);
            // The tick is about to end the update; until then the node only has to hold still.
            case CANCEL ->
                known
                        ? nothingNew(Pace.jittered(pollSeconds))
                        : changed(entry, update, campaign, decision, Directive.WAIT, now, Pace.jittered(pollSeconds));
            case ROLL_BACK ->
                changed(entry, update, campaign, decision, Directive.ROLL_BACK, now, Pace.jittered(pollSeconds));
        };
    }

    private PollAnswer install(
            NodeEntry entry,
            UpdateFacts update,
            @Nullable CampaignFacts campaign,
            Decision decision,
            Instant now,
            boolean known) {
        PermitFacts held = update.permit();
        if (held != null && held.validUntil().isAfter(now)) {
            return permitted(entry, update, campaign, held, update.assignmentVersion(), now);
        }
        if (campaign == null) {
            return nothingNew(Pace.jittered(pollSeconds));
        }
        return switch (permits.request(new PermitDesk.Request(entry, update.id(), campaign))) {
            case PermitDesk.Granted granted ->
                permitted(entry, update, campaign, granted.permit(), granted.assignmentVersion(), now);
            case PermitDesk.Refused refused -> {
                int next = slotPollSeconds(campaign);
                yield known
                        ? nothingNew(next)
                        : new PollAnswer.Changed(response(
                                entry,
                                Directive.WAIT,
                                update.assignmentVersion(),
                                update.id().toString(),
                                manifest(campaign, update),
                                null,
                                refused.sentence(),
                                next));
            }
        };
    }

    private PollAnswer permitted(
            NodeEntry entry,
            UpdateFacts update,
            @Nullable CampaignFacts campaign,
            PermitFacts permit,
            long assignmentVersion,
            Instant now) {
        long validFor = Math.max(1, Duration.between(now, permit.validUntil()).toSeconds());
        return new PollAnswer.Changed(response(
                entry,
                Directive.INSTALL,
                assignmentVersion,
                update.id().toString(),
                manifest(campaign, update),
                new Permit(permit.id().toString(), Math.toIntExact(validFor)),
                null,
                Pace.jittered(pollSeconds)));
    }

    private PollAnswer changed(
            NodeEntry entry,
            UpdateFacts update,
            @Nullable CampaignFacts campaign,
            Decision decision,
            Directive directive,
            Instant now,
            int nextPollSeconds) {
        String reason = directive == Directive.WAIT
                ? Explanation.sentence(
                        decision, entry.facts(rules.of(entry.tenant())), update, campaign, now, ZoneId.of(entry.zone()))
                : null;
        return new PollAnswer.Changed(response(
                entry,
                directive,
                update.assignmentVersion(),
                update.id().toString(),
                manifest(campaign, update),
                null,
                reason,
                nextPollSeconds));
    }

    private PollResponse response(
            NodeEntry entry,
            Directive directive,
            long assignmentVersion,
            @Nullable String updateId,
            @Nullable ImageManifest image,
            @Nullable Permit permit,
            @Nullable String waitReason,
            int nextPollSeconds) {
        return new PollResponse(
                directive,
                assignmentVersion,
                updateId,
                image,
                permit,
                waitReason,
                nextPollSeconds,
                entry.ackedSeq(),
                epoch.current(),
                directive == Directive.DOWNLOAD || directive == Directive.INSTALL
                        ? entry.facts(rules.of(entry.tenant())).downloadRate()
                        : null);
    }

    private PollAnswer nothingNew(int nextPollSeconds) {
        return new PollAnswer.Unchanged(nextPollSeconds, epoch.current());
    }

    /** Sooner where something is about to change: a window opens, a slot comes free. */
    private int nextPollSeconds(Decision decision, NodeFacts node, @Nullable CampaignFacts campaign, Instant now) {
        Gate gate = decision.blocking().orElse(null);
        if (gate == null || campaign == null) {
            return Pace.jittered(pollSeconds);
        }
        Instant until = gate.until();
        return switch (gate.gate()) {
            case BUDGET, GUARD -> slotPollSeconds(campaign);
            case DOWNLOAD_PACING -> Pace.jittered(Pace.forSlot(turns.waiting(), turns.given(), pollSeconds));
            case WINDOW, WINDOW_REST, FREEZE ->
                until == null ? Pace.jittered(pollSeconds) : openingPollSeconds(node, campaign, now, until);
            default ->
                until == null
                        ? Pace.jittered(pollSeconds)
                        : Pace.jittered(Math.clamp(Duration.between(now, until).toSeconds() + 1, 1, pollSeconds));
        };
    }

    private void askForTurn(
            Decision decision,
            NodeEntry entry,
            UpdateFacts update,
            CampaignFacts campaign,
            NodeFacts facts,
            Instant now) {
        boolean waits = decision.blocking()
                .filter(gate -> gate.gate() == GateName.DOWNLOAD_PACING)
                .isPresent();
        boolean uncounted = update.state() == UpdateState.DOWNLOADING
                && !update.course().downloadTurn()
                && !facts.pacing().isEmpty();
        if (waits || uncounted) {
            turns.ask(entry, update, campaign, facts, now);
        }
    }

    private int slotPollSeconds(CampaignFacts campaign) {
        return Pace.jittered(Pace.forSlot(campaign.waiting(), campaign.maxInFlight(), pollSeconds));
    }

    /** Spread over the opening's beginning, but never so late that too little of it is left. */
    private int openingPollSeconds(NodeFacts node, CampaignFacts campaign, Instant now, Instant opens) {
        Duration spread = PermitTerms.slack(node, campaign, opens);
        if (spread.compareTo(openingSpread) > 0) {
            spread = openingSpread;
        }
        return Pace.after(Math.max(0, Duration.between(now, opens).toSeconds()), spread.toSeconds(), pollSeconds);
    }

    private static @Nullable ImageManifest manifest(@Nullable CampaignFacts campaign, UpdateFacts update) {
        if (campaign == null) {
            return null;
        }
        ImageFacts image = campaign.imageOf(update.course().step());
        if (image.state() == ImageState.DRAFT) {
            // Not known here yet; the node waits.
            return null;
        }
        return new ImageManifest(
                image.id().toString(),
                image.family(),
                image.version(),
                image.releaseCounter(),
                image.architecture(),
                image.url(),
                image.sizeBytes(),
                image.sha256(),
                image.signatureEnvelope());
    }
}
