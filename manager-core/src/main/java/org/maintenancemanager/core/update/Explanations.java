package org.maintenancemanager.core.update;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import org.maintenancemanager.core.campaign.CampaignBoard;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.decision.Decision;
import org.maintenancemanager.core.decision.Decisions;
import org.maintenancemanager.core.decision.Explanation;
import org.maintenancemanager.core.decision.Gate;
import org.maintenancemanager.core.decision.GateName;
import org.maintenancemanager.core.decision.NodeFacts;
import org.maintenancemanager.core.decision.UpdateFacts;
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
    private static final int CHUNK = 2000;

    private final JdbcClient jdbc;
    private final NodeDirectory nodes;
    private final CampaignBoard board;
    private final Campaigns campaigns;
    private final FleetRules rules;
    private final DatabaseClock clock;
    /** Looking at every node of a campaign is not for every refresh of every page. */
    private final Cache<CampaignId, Reasons> recent = Caffeine.newBuilder()
            .maximumSize(1000)
            .expireAfterWrite(Duration.ofSeconds(3))
            .build();

    Explanations(
            JdbcClient jdbc,
            NodeDirectory nodes,
            CampaignBoard board,
            Campaigns campaigns,
            FleetRules rules,
            DatabaseClock clock) {
        this.jdbc = jdbc;
        this.nodes = nodes;
        this.board = board;
        this.campaigns = campaigns;
        this.rules = rules;
        this.clock = clock;
    }

    /**
     * Why a node does what it does now.
     *
     * @param updateId the update that the explanation is about, if there is any
     */
    public record NodeExplanation(
            NodeId nodeId,
            @Nullable UUID updateId,
            @Nullable UUID campaignId,
            Instant at,
            Explanation explanation) {}

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
        return new NodeExplanation(
                id,
                update == null ? null : update.id().value(),
                update == null ? null : update.campaignId().value(),
                now,
                Explanation.of(decision, facts, update, campaign, now, ZoneId.of(entry.zone())));
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
     * The histogram of a campaign, at most 3 s old; the most frequent reason first.
     *
     * @throws NotFound if the tenant has no such campaign
     */
    public Reasons reasons(CampaignId id) {
        campaigns.load(id);
        Reasons known = recent.getIfPresent(id);
        if (known == null) {
            known = count(CallContext.current().tenant(), id);
            recent.put(id, known);
        }
        return known;
    }

    private Reasons count(TenantId tenant, CampaignId id) {
        CampaignFacts campaign = board.find(id).orElse(null);
        Instant now = clock.now();
        FleetRules.Rules current = rules.of(tenant);
        Map<String, Waiting> waiting = new LinkedHashMap<>();
        int proceeding = 0;
        UUID last = new UUID(0, 0);
        while (true) {
            List<UUID> chunk = members(tenant, id, last);
            for (NodeEntry entry : nodes.load(tenant, chunk)) {
                UpdateFacts update = entry.activeUpdate();
                if (update == null || !update.campaignId().equals(id)) {
                    continue;
                }
                Decision decision = Decisions.decide(entry.facts(current), update, campaign, now);
                Optional<Gate> gate = decision.blocking();
                if (gate.isEmpty() || decision.directive() == Decision.Directive.DOWNLOAD) {
                    proceeding++;
                } else {
                    ZoneId zone = ZoneId.of(entry.zone());
                    waiting.merge(
                            gate.get().code(),
                            new Waiting(
                                    gate.get().gate(),
                                    gate.get().code(),
                                    1,
                                    gate.get().until(),
                                    waiting.containsKey(gate.get().code())
                                            ? ""
                                            : gate.get().evidence().sentence(now, zone)),
                            Explanations::both);
                }
            }
            if (chunk.size() < CHUNK) {
                break;
            }
            last = chunk.getLast();
        }
        List<Waiting> byNumber = new ArrayList<>(waiting.values());
        byNumber.sort(Comparator.comparingInt(Waiting::nodes).reversed().thenComparing(Waiting::code));
        return new Reasons(now, proceeding, byNumber);
    }

    private static Waiting both(Waiting first, Waiting second) {
        Instant until = first.firstUntil();
        if (until == null || second.firstUntil() != null && second.firstUntil().isBefore(until)) {
            until = second.firstUntil();
        }
        return new Waiting(first.gate(), first.code(), first.nodes() + second.nodes(), until, first.example());
    }

    private List<UUID> members(TenantId tenant, CampaignId campaign, UUID after) {
        return jdbc.sql("""
                        select node_id from node_update
                        where tenant_id = :tenant and campaign_id = :campaign and active and node_id > :after
                        order by node_id
                        limit :chunk
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .param("after", after)
                .param("chunk", CHUNK)
                .query(UUID.class)
                .list();
    }
}
