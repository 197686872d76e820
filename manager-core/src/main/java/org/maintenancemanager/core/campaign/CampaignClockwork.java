package org.maintenancemanager.core.campaign;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.campaign.CampaignView.WaveProgress;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What campaigns do by themselves as time passes: start, open their waves, pause, complete. Each step is one small
 * transaction that holds the campaign's row, skips it when another replica has it, and changes nothing when done twice.
 * One campaign that fails does not keep the others from going on.
 */
@Component
public class CampaignClockwork {
    private static final Logger LOG = LoggerFactory.getLogger(CampaignClockwork.class);

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final CampaignViews views;
    private final Campaigns campaigns;
    private final CampaignSeasons seasons;
    private final ChangeNotes notes;
    private final DatabaseClock clock;
    private final Duration unreachableAfter;

    CampaignClockwork(
            JdbcClient jdbc,
            TransactionTemplate transactions,
            CampaignViews views,
            Campaigns campaigns,
            CampaignSeasons seasons,
            ChangeNotes notes,
            DatabaseClock clock,
            @Value("${manager.campaign.unreachable-after:PT15M}") Duration unreachableAfter) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.views = views;
        this.campaigns = campaigns;
        this.seasons = seasons;
        this.notes = notes;
        this.clock = clock;
        this.unreachableAfter = unreachableAfter;
    }

    /** Takes every campaign one step further that has a step to take. */
    public void tick() {
        due("select tenant_id, id from campaign where state = 'SCHEDULED' and starts_at <= now()")
                .forEach(due -> step(due, this::begin));
        due("""
                select tenant_id, id from campaign
                where state in ('AWAITING_APPROVAL', 'SCHEDULED', 'RUNNING', 'PAUSED') and ends_at <= now()
                """).forEach(due -> step(due, it -> campaigns.end(it.campaign())));
        due("""
                select tenant_id, id from campaign
                where state in ('AWAITING_APPROVAL', 'SCHEDULED', 'RUNNING', 'PAUSED')
                  and deadline <= now() and deadline_missed_at is null
                """).forEach(due -> step(due, it -> seasons.missDeadline(it.tenant(), it.campaign())));
        due("""
                select tenant_id, id from campaign
                where state in ('RUNNING', 'PAUSED') and escalated_at is null
                  and started_at + make_interval(secs => escalate_after_seconds) <= now()
                  and (override_until is null or override_until <= now())
                """).forEach(due -> step(due, it -> seasons.escalate(it.tenant(), it.campaign())));
        due("select tenant_id, id from campaign where state in ('RUNNING', 'PAUSED')")
                .forEach(due -> step(due, this::judge));
        join();
    }

    /**
     * Nodes that changed are looked at every 10 s; all nodes every hour, for what shows in no node (the zone of a site), and
     * every 5 minutes where the running image decides.
     */
    private void join() {
        due("""
                select tenant_id, id from campaign
                where state in ('RUNNING', 'PAUSED') and join_later
                  and joined_fully_at <= now() - case when rollback_of is not null or selector like '%imageVersion%'
                                                      then interval '5 minutes' else interval '1 hour' end
                """).forEach(due -> join(due, true));
        due("""
                select tenant_id, id from campaign
                where state in ('RUNNING', 'PAUSED') and join_later and joined_upto <= now() - interval '10 seconds'
                """).forEach(due -> join(due, false));
    }

    /** Without the campaign's lock, so that a pause need not wait while nodes are looked for. */
    private void join(Due due, boolean fully) {
        try {
            CallContext.system(due.tenant(), "campaign clockwork")
                    .run(() -> transactions.executeWithoutResult(
                            status -> seasons.join(due.tenant(), due.campaign(), fully)));
        } catch (CampaignSeasons.CampaignIsOver e) {
            LOG.debug("campaign {} ended while nodes were about to join it", due.campaign());
        } catch (RuntimeException e) {
            LOG.warn("no nodes could join campaign {}; the others go on", due.campaign(), e);
        }
    }

    private record Due(TenantId tenant, CampaignId campaign) {}

    private List<Due> due(String sql) {
        return EveryTenant.get(() -> jdbc.sql(sql)
                .query((row, number) -> new Due(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        new CampaignId(row.getObject("id", UUID.class))))
                .list());
    }

    @FunctionalInterface
    private interface Step {
        void take(Due due);
    }

    private void step(Due due, Step step) {
        try {
            CallContext.system(due.tenant(), "campaign clockwork")
                    .run(() -> transactions.executeWithoutResult(status -> {
                        boolean mine = jdbc.sql("""
                                select true from campaign
                                where tenant_id = :tenant and id = :campaign
                                for update skip locked
                                """)
                                .param("tenant", due.tenant().value())
                                .param("campaign", due.campaign().value())
                                .query(Boolean.class)
                                .optional()
                                .isPresent();
                        if (mine) {
                            step.take(due);
                        }
                    }));
        } catch (RuntimeException e) {
            LOG.warn("campaign {} could not take its next step; the others go on", due.campaign(), e);
        }
    }

    private void begin(Due due) {
        try {
            campaigns.begin(due.campaign());
        } catch (Conflict e) {
            // Not now, and not by itself later: somebody has to look at it.
            LOG.warn("campaign {} was due but cannot start: {}", due.campaign(), e.detail());
        }
    }

    private void judge(Due due) {
        CampaignView campaign = views.find(due.tenant(), due.campaign()).orElseThrow();
        if (isOver(campaign)) {
            campaigns.complete(due.campaign());
            return;
        }
        if (campaign.state() != CampaignState.RUNNING) {
            return;
        }
        if (isWithdrawn(due)) {
            campaigns.pause(due.campaign(), "IMAGE_WITHDRAWN", "The image was withdrawn.");
            return;
        }
        Integer maxFailures = campaign.spec().maxFailures();
        if (maxFailures != null && campaign.failures() >= maxFailures) {
            campaigns.pause(
                    due.campaign(),
                    "MAX_FAILURES",
                    "%d updates failed, rolled back or were lost; the limit is %d."
                            .formatted(campaign.failures(), maxFailures));
            return;
        }
        judgeWave(due, campaign);
    }

    /** Every member terminal; a campaign without members is over as soon as it has begun. */
    private static boolean isOver(CampaignView campaign) {
        return campaign.waves().stream()
                .allMatch(wave -> wave.updates().keySet().stream().allMatch(UpdateState::isTerminal));
    }

    private boolean isWithdrawn(Due due) {
        return jdbc.sql("""
                        select i.state = 'WITHDRAWN'
                        from campaign c join image i on (i.tenant_id, i.id) = (c.tenant_id, c.image_id)
                        where c.tenant_id = :tenant and c.id = :campaign
                        """)
                .param("tenant", due.tenant().value())
                .param("campaign", due.campaign().value())
                .query(Boolean.class)
                .single();
    }

    /** The gate at the end of the wave that is open. */
    private void judgeWave(Due due, CampaignView campaign) {
        WaveProgress open = campaign.waves().stream()
                .filter(wave -> wave.openedAt() != null && wave.passedAt() == null)
                .findFirst()
                .orElse(null);
        if (open == null || open.ordinal() == campaign.waves().size() - 1) {
            return;
        }
        WaveSpec spec = campaign.spec().waves().get(open.ordinal());
        if (open.skippedAt() != null) {
            pass(due, open);
            return;
        }
        var progress = new WaveGates.Progress(
                open.updates(), unreachable(due, open), open.reachedAt(), open.approved(), open.openedAt());
        boolean reached = WaveGates.isReached(spec.minConfirmedShare(), progress);
        if (reached != (open.reachedAt() != null)) {
            noteReached(due, open, reached);
        }
        switch (WaveGates.judge(spec.minConfirmedShare(), spec.gate(), progress, clock.now())) {
            case WaveGates.Passes passes -> pass(due, open);
            case WaveGates.CannotPass cannot ->
                campaigns.pause(
                        due.campaign(),
                        "WAVE_GATE",
                        "Wave %s cannot reach %s %% confirmed any more: of %d nodes %d are confirmed and %d failed."
                                .formatted(
                                        open.name(),
                                        spec.minConfirmedShare()
                                                .movePointRight(2)
                                                .stripTrailingZeros()
                                                .toPlainString(),
                                        cannot.count().reachable(),
                                        cannot.count().confirmed(),
                                        cannot.count().failed()));
            case WaveGates.AwaitsApproval awaits -> campaigns.askForWave(due.campaign(), open.ordinal());
            case WaveGates.Waits waits -> {}
            case WaveGates.Unheard unheard -> {}
            case WaveGates.Soaks soaks -> {}
            case WaveGates.NotBefore notBefore -> {}
        }
    }

    /** The soak time runs from then on; when the share is lost again, it begins anew the next time. */
    private void noteReached(Due due, WaveProgress wave, boolean reached) {
        (reached ? WaveMove.REACH : WaveMove.LOSE).check(wave);
        jdbc.sql("""
                        update wave set reached_at = case when :reached then now() end
                        where tenant_id = :tenant and campaign_id = :campaign and ordinal = :ordinal
                        """)
                .param("reached", reached)
                .param("tenant", due.tenant().value())
                .param("campaign", due.campaign().value())
                .param("ordinal", wave.ordinal())
                .update();
        notes.campaignsChanged(due.tenant());
    }

    private void pass(Due due, WaveProgress wave) {
        WaveMove.PASS.check(wave);
        jdbc.sql("""
                        update wave
                        set passed_at = case when ordinal = :ordinal then now() else passed_at end,
                            opened_at = coalesce(opened_at, now())
                        where tenant_id = :tenant and campaign_id = :campaign and ordinal in (:ordinal, :ordinal + 1)
                        """)
                .param("ordinal", wave.ordinal())
                .param("tenant", due.tenant().value())
                .param("campaign", due.campaign().value())
                .update();
        notes.campaignsChanged(due.tenant());
    }

    /**
     * Counted at most every 30 s, and for a large wave every 0.2 ms a member, since it looks at each member that is still
     * on its way: every 200 s for a million, of which it takes one or two.
     */
    private int unreachable(Due due, WaveProgress wave) {
        return jdbc.sql("""
                        update wave
                        set unreachable = (
                                select count(*)
                                from node_update u
                                left join node_presence p on (p.tenant_id, p.node_id) = (u.tenant_id, u.node_id)
                                where u.tenant_id = wave.tenant_id and u.campaign_id = wave.campaign_id
                                  and u.wave = wave.ordinal and u.active and u.permit_id is null
                                  and (p.last_seen_at is null
                                       or p.last_seen_at < now() - make_interval(secs => :unreachableSeconds))),
                            unreachable_at = now()
                        where tenant_id = :tenant and campaign_id = :campaign and ordinal = :ordinal
                          and (unreachable_at is null
                               or unreachable_at < now() - greatest(interval '30 seconds',
                                                                    interval '0.2 milliseconds' * :members))
                          and opened_at < now() - make_interval(secs => :unreachableSeconds)
                        returning unreachable
                        """)
                .param("unreachableSeconds", unreachableAfter.toSeconds())
                .param("members", wave.members())
                .param("tenant", due.tenant().value())
                .param("campaign", due.campaign().value())
                .param("ordinal", wave.ordinal())
                .query(Integer.class)
                .optional()
                .orElse(wave.unreachable());
    }
}
