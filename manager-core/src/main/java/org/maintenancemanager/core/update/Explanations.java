package org.maintenancemanager.core.update;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignBoard;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.campaign.Policies;
import org.maintenancemanager.core.campaign.Policy;
import org.maintenancemanager.core.campaign.UpdateId;
import org.maintenancemanager.core.decision.Decision;
import org.maintenancemanager.core.decision.Decisions;
import org.maintenancemanager.core.decision.Explanation;
import org.maintenancemanager.core.decision.Gate;
import org.maintenancemanager.core.decision.GateName;
import org.maintenancemanager.core.decision.NodeFacts;
import org.maintenancemanager.core.decision.UpdateFacts;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Says why nodes wait: by the same function that answers their polls, on facts read for the purpose. */
@Service
public class Explanations {
    private static final Duration FRESH = Duration.ofSeconds(3);
    /** To count may use this part of the time, whoever asks however often. */
    private static final int SHARE_OF_TIME = 10;

    private final JdbcClient jdbc;
    private final CampaignGroups groups;
    private final NodeDirectory nodes;
    private final CampaignBoard board;
    private final Campaigns campaigns;
    private final Policies policies;
    private final FleetRules rules;
    private final DatabaseClock clock;
    /** Counted once, however many ask at the same time; longer kept where it takes longer to count. */
    private final Cache<CampaignId, Counted> recent = Caffeine.newBuilder()
            .maximumSize(1000)
            .expireAfter(Expiry.<CampaignId, Counted>creating((id, counted) -> counted.keptFor()))
            .build();

    Explanations(
            JdbcClient jdbc,
            CampaignGroups groups,
            NodeDirectory nodes,
            CampaignBoard board,
            Campaigns campaigns,
            Policies policies,
            FleetRules rules,
            DatabaseClock clock) {
        this.jdbc = jdbc;
        this.groups = groups;
        this.nodes = nodes;
        this.board = board;
        this.campaigns = campaigns;
        this.policies = policies;
        this.rules = rules;
        this.clock = clock;
    }

    /**
     * Why a node does what it does now.
     *
     * @param updateId the update that the explanation is about, if there is any
     * @param path the images that the node still has to install, one after the other; none when nothing is under way, or no
     *     way leads there
     * @param policy that made the campaign; null: a person did
     */
    public record NodeExplanation(
            NodeId nodeId,
            @Nullable UUID updateId,
            @Nullable UUID campaignId,
            Instant at,
            Explanation explanation,
            List<ImageFacts> path,
            @Nullable Policy policy) {
        public NodeExplanation {
            path = List.copyOf(path);
        }
    }

    /** @throws NotFound if the tenant has no such node */
    public NodeExplanation explain(NodeId id) {
        TenantId tenant = CallContext.current().tenant();
        NodeEntry entry = nodes.load(tenant, List.of(id.value())).stream()
                .findFirst()
                .orElseThrow(() -> new NotFound("node", id.toString()));
        Instant now = clock.now();
        UpdateFacts update = entry.update();
        CampaignFacts campaign =
                update == null ? null : board.find(update.campaignId()).orElse(null);
        NodeFacts facts = entry.facts(rules.of(tenant));
        Decision decision = Decisions.decide(facts, update, campaign, now);
        Explanation explanation = Explanation.of(decision, facts, update, campaign, now, ZoneId.of(entry.zone()));
        return new NodeExplanation(
                id,
                update == null ? null : update.id().value(),
                update == null ? null : update.campaignId().value(),
                now,
                update != null && update.state() == UpdateState.SKIPPED
                        ? skipped(tenant, update.id(), explanation)
                        : explanation,
                path(facts, update, campaign),
                update == null ? null : policies.findOf(update.campaignId()).orElse(null));
    }

    private static List<ImageFacts> path(
            NodeFacts node, @Nullable UpdateFacts update, @Nullable CampaignFacts campaign) {
        return update == null || campaign == null || update.state().isTerminal()
                ? List.of()
                : campaign.ways()
                        .paths()
                        .route(node.runningReleaseCounter(), node.hardware())
                        .steps();
    }

    /** Why it was skipped is decided once, when the campaign starts, and kept with the update. */
    private Explanation skipped(TenantId tenant, UpdateId update, Explanation explanation) {
        String code = jdbc.sql("select code from node_update where tenant_id = :tenant and id = :update")
                .param("tenant", tenant.value())
                .param("update", update.value())
                .query((row, number) -> Optional.ofNullable(row.getString("code")))
                .optional()
                .flatMap(found -> found)
                .orElse("");
        String why = SkipReasons.sentence(code);
        return why.isEmpty()
                ? explanation
                : new Explanation(
                        explanation.directive(), explanation.sentence() + " " + why, code, explanation.gates());
    }

    /**
     * How many nodes of a campaign wait for what.
     *
     * @param proceeding nodes under way that wait for nothing
     */
    public record Reasons(Instant at, int proceeding, List<Waiting> waiting) {
        public Reasons {
            waiting = List.copyOf(waiting);
        }
    }

    /**
     * One bar of the histogram.
     *
     * @param code of the gate that they wait for, {@code WINDOW_CLOSED}
     * @param firstUntil when the first of them goes on by itself, if that is known
     * @param example the sentence of one of them
     */
    public record Waiting(
            GateName gate, String code, int nodes, @Nullable Instant firstUntil, String example) {}

    /**
     * The histogram of a campaign, the most frequent reason first; at most 3 s old, or ten times as old as it took to count
     * a very large one.
     *
     * @throws NotFound if the tenant has no such campaign
     */
    public Reasons reasons(CampaignId id) {
        campaigns.load(id);
        TenantId tenant = CallContext.current().tenant();
        return recent.get(id, asked -> {
                    long started = System.nanoTime();
                    Reasons reasons = count(tenant, asked);
                    Duration took = Duration.ofNanos(System.nanoTime() - started);
                    Duration pause = took.multipliedBy(SHARE_OF_TIME);
                    return new Counted(reasons, pause.compareTo(FRESH) > 0 ? pause : FRESH);
                })
                .reasons();
    }

    private record Counted(Reasons reasons, Duration keptFor) {}

    private Reasons count(TenantId tenant, CampaignId id) {
        CampaignFacts campaign = board.find(id).orElse(null);
        Instant now = clock.now();
        FleetRules.Rules current = rules.of(tenant);
        var tally = new Tally();
        boolean stepwise = campaign != null && !campaign.ways().paths().isPlain();
        groups.forEach(tenant, id, stepwise, current, now, group -> {
            Decision decision = Decisions.decide(group.node(), group.update(), campaign, now);
            tally.add(group, decision, now);
        });
        return tally.reasons(now);
    }

    /** Adds up what groups of nodes wait for. */
    private static final class Tally {
        private final Map<String, Waiting> waiting = new LinkedHashMap<>();
        private int proceeding;

        void add(CampaignGroups.Group group, Decision decision, Instant now) {
            Gate gate = decision.blocking().orElse(null);
            if (gate == null || decision.directive() == Decision.Directive.DOWNLOAD) {
                proceeding += group.nodes();
                return;
            }
            String code = gate.code();
            Waiting before = waiting.get(code);
            if (before == null) {
                String example = gate.evidence().sentence(now, ZoneId.of(group.zone()));
                waiting.put(code, new Waiting(gate.gate(), code, group.nodes(), gate.until(), example));
            } else {
                waiting.put(
                        code,
                        new Waiting(
                                before.gate(),
                                code,
                                before.nodes() + group.nodes(),
                                earlier(before.firstUntil(), gate.until()),
                                before.example()));
            }
        }

        private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
            if (one == null || other == null) {
                return one == null ? other : one;
            }
            return one.isBefore(other) ? one : other;
        }

        Reasons reasons(Instant now) {
            List<Waiting> byNumber = new ArrayList<>(waiting.values());
            byNumber.sort(Comparator.comparingInt(Waiting::nodes).reversed().thenComparing(Waiting::code));
            return new Reasons(now, proceeding, byNumber);
        }
    }
}
