package org.maintenancemanager.core.campaign;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.event.Outbox;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * What a campaign's schedule comes to as time passes: nodes that match later join, a deadline is missed, windows are
 * overridden for a while. Each step is taken by the clockwork, in a transaction of its own, and does nothing when repeated.
 */
@Component
class CampaignSeasons {
    private final JdbcClient jdbc;
    private final Campaigns campaigns;
    private final Membership membership;
    private final AuditLog audit;
    private final Outbox outbox;
    private final ChangeNotes notes;

    CampaignSeasons(
            JdbcClient jdbc,
            Campaigns campaigns,
            Membership membership,
            AuditLog audit,
            Outbox outbox,
            ChangeNotes notes) {
        this.jdbc = jdbc;
        this.campaigns = campaigns;
        this.membership = membership;
        this.audit = audit;
        this.outbox = outbox;
        this.notes = notes;
    }

    /**
     * Makes members of nodes that match now and did not before. Holds no lock that a pause would wait for while it looks.
     *
     * @param fully whether to look at all nodes, not only at those that changed since the last time
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void join(TenantId tenant, CampaignId id, boolean fully) {
        if (!isMyTurn(id)) {
            return;
        }
        CampaignView campaign = campaigns.load(id);
        Membership.Joined joined =
                membership.join(tenant, id, campaign.spec(), campaign.life().rollbackOf(), fully);
        // Against a completion that is just being decided: it holds the row for update. A pause waits no longer than
        // this.
        boolean open = jdbc.sql("""
                        select state in ('RUNNING', 'PAUSED') from campaign
                        where tenant_id = :tenant and id = :campaign
                        for share
                        """)
                .param("tenant", tenant.value())
                .param("campaign", id.value())
                .query(Boolean.class)
                .single();
        if (!open) {
            throw new CampaignIsOver();
        }
        membership.count(tenant, id, joined);
        jdbc.sql("""
                        update campaign
                        set joined_upto = now(),
                            joined_fully_at = case when :fully then now() else joined_fully_at end
                        where tenant_id = :tenant and id = :campaign
                        """)
                .param("fully", fully)
                .param("tenant", tenant.value())
                .param("campaign", id.value())
                .update();
        if (!joined.nodes().isEmpty()) {
            audit.record(
                    "campaign.joined",
                    "campaign",
                    id,
                    null,
                    Map.of("nodes", joined.nodes().size()));
            notes.nodesChanged(tenant, joined.nodes());
        }
    }

    /** Rolls the joining back. */
    @SuppressWarnings("serial")
    static final class CampaignIsOver extends RuntimeException {}

    private boolean isMyTurn(CampaignId id) {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('joining ' || :campaign, 0))")
                .param("campaign", id.toString())
                .query(Boolean.class)
                .single();
    }

    /** Tells once that a campaign is not done by its deadline; nothing stops. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void missDeadline(TenantId tenant, CampaignId id) {
        boolean first = jdbc.sql("""
                        update campaign set deadline_missed_at = now()
                        where tenant_id = :tenant and id = :campaign and deadline_missed_at is null
                        """)
                        .param("tenant", tenant.value())
                        .param("campaign", id.value())
                        .update()
                == 1;
        if (first) {
            CampaignView campaign = campaigns.load(id);
            Instant deadline = campaign.spec().schedule().deadline();
            Map<String, Object> missed =
                    Map.of("deadline", String.valueOf(deadline), "unfinished", campaign.unfinishedUpdates());
            audit.record("campaign.deadline-missed", "campaign", id, null, missed);
            outbox.add("campaign.deadline-missed", id, missed);
        }
    }

    /** Gives the leave that the escalation says, once; it ends by itself. An override by a person is not replaced. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void escalate(TenantId tenant, CampaignId id) {
        CampaignSchedule.Escalation escalation =
                campaigns.load(id).spec().schedule().escalation();
        if (escalation == null) {
            return;
        }
        campaigns.lockCounter(id);
        List<Instant> until = jdbc.sql("""
                        update campaign
                        set override_id = new_id(), override_reason = escalate_reason, override_by = :by,
                            override_since = now(),
                            override_until = now() + make_interval(secs => escalate_for_seconds),
                            override_freezes = escalate_freezes, override_windows = escalate_windows,
                            escalated_at = now(), updated_at = now(), version = version + 1
                        where tenant_id = :tenant and id = :campaign and state in ('RUNNING', 'PAUSED')
                          and escalated_at is null
                        returning override_until
                        """)
                .param("by", "escalation of the campaign")
                .param("tenant", tenant.value())
                .param("campaign", id.value())
                .query((row, number) -> row.getTimestamp("override_until").toInstant())
                .list();
        for (Instant end : until) {
            Map<String, Object> escalated = Map.of(
                    "until",
                    end.atOffset(ZoneOffset.UTC).toString(),
                    "reason",
                    escalation.reason(),
                    "windows",
                    texts(escalation.windows().stream()
                            .map(window -> window.value())
                            .toList()),
                    "freezes",
                    texts(escalation.freezes().stream()
                            .map(freeze -> freeze.value())
                            .toList()));
            audit.record("campaign.escalated", "campaign", id, null, escalated);
            outbox.add("campaign.escalated", id, escalated);
            notes.campaignsChanged(CallContext.current().tenant());
        }
    }

    private static List<String> texts(List<UUID> ids) {
        return ids.stream().map(UUID::toString).sorted().toList();
    }
}
