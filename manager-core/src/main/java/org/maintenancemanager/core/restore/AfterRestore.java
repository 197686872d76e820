package org.maintenancemanager.core.restore;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.maintenancemanager.core.access.Sessions;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.audit.KeptCheckpoints;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.campaign.Policies;
import org.maintenancemanager.core.campaign.Policy;
import org.maintenancemanager.core.campaign.PolicyDraft;
import org.maintenancemanager.core.campaign.PolicyId;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.ServerEpoch;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes an older database safe to go on with. What happened since the backup is not known, so nothing disturbs a node before
 * somebody has looked: running campaigns are paused, scheduled ones are drafts again, policies are disabled, sessions end. A new
 * epoch lets every node tell all that it knows.
 *
 * <p>Each tenant is a transaction, the epoch comes after them, and what says that it is necessary goes last: whoever is
 * killed in between does it again.
 */
@Service
public class AfterRestore {
    /** The code of why a campaign is paused. */
    public static final String REASON = "RESTORED";

    private static final String DETAIL =
            "The database was restored from a backup. Nodes tell what they run; look at them before this goes on.";

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final Campaigns campaigns;
    private final Policies policies;
    private final Sessions sessions;
    private final AuditLog audit;
    private final KeptCheckpoints checkpoints;
    private final ServerEpoch epoch;

    AfterRestore(
            JdbcClient jdbc,
            TransactionTemplate transactions,
            Campaigns campaigns,
            Policies policies,
            Sessions sessions,
            AuditLog audit,
            KeptCheckpoints checkpoints,
            ServerEpoch epoch) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.campaigns = campaigns;
        this.policies = policies;
        this.sessions = sessions;
        this.audit = audit;
        this.checkpoints = checkpoints;
        this.epoch = epoch;
    }

    /**
     * What was done.
     *
     * @param epoch the new one
     * @param paused campaigns that were running
     * @param unscheduled campaigns that would have started by themselves
     * @param disabled policies that made campaigns
     * @param sessions of people that were ended
     */
    public record Outcome(String epoch, int paused, int unscheduled, int disabled, int sessions) {
        private Outcome plus(Outcome other) {
            return new Outcome(
                    epoch,
                    paused + other.paused,
                    unscheduled + other.unscheduled,
                    disabled + other.disabled,
                    sessions + other.sessions);
        }

        /** As a person would say it. */
        public String sentence() {
            return "%d campaigns paused, %d unscheduled, %d policies disabled, %d sessions ended; the epoch is now %s"
                    .formatted(paused, unscheduled, disabled, sessions, epoch);
        }
    }

    /**
     * Whether a signed checkpoint of the audit, kept outside of the database, tells of what the database does not hold. False
     * proves nothing: a backup may be younger than the last checkpoint.
     */
    public boolean isNeeded() {
        return tenants().stream().anyMatch(checkpoints::areAhead);
    }

    /** Whether a manager said so within the last seconds; each does every five. */
    public boolean isServed() {
        return EveryTenant.get(() -> jdbc.sql("""
                        select exists (select from qrtz_scheduler_state
                                       where last_checkin_time > extract(epoch from now() - interval '15 seconds') * 1000)
                        """).query(Boolean.class).single());
    }

    /** Does it; once more does no harm. Replicas that run learn of the epoch when they start anew. */
    public Outcome run() {
        String before = epoch.read();
        List<Outcome> outcomes = tenants().stream()
                .map(tenant -> CallContext.system(tenant, "after restore").get(() -> secureInTransaction(tenant)))
                .toList();
        String after = epoch.change(before);
        tenants().stream().filter(checkpoints::areAhead).forEach(checkpoints::putAside);
        return outcomes.stream().reduce(new Outcome(after, 0, 0, 0, 0), Outcome::plus);
    }

    private Outcome secureInTransaction(TenantId tenant) {
        return Objects.requireNonNull(transactions.execute(status -> secure(tenant)));
    }

    private List<TenantId> tenants() {
        return EveryTenant.get(() -> jdbc.sql("select id from tenant order by id")
                .query((row, number) -> new TenantId(row.getObject("id", UUID.class)))
                .list());
    }

    private Outcome secure(TenantId tenant) {
        List<CampaignId> running = campaigns(tenant, "RUNNING");
        running.forEach(campaign -> campaigns.pause(campaign, REASON, DETAIL));
        List<CampaignId> scheduled = campaigns(tenant, "SCHEDULED");
        scheduled.forEach(campaign -> campaigns.unschedule(campaign, REASON, DETAIL));
        List<Policy> enabled = jdbc.sql("select id from policy where tenant_id = :tenant and enabled order by id")
                .param("tenant", tenant.value())
                .query((row, number) -> policies.load(new PolicyId(row.getObject("id", UUID.class))))
                .list();
        enabled.forEach(policy -> policies.change(policy.id(), policy.revision(), PolicyDraft::disabled));
        int ended = sessions.endAll();
        jdbc.sql("update node_session set skips_gap = true where tenant_id = :tenant and not skips_gap")
                .param("tenant", tenant.value())
                .update();
        Outcome outcome = new Outcome(epoch.read(), running.size(), scheduled.size(), enabled.size(), ended);
        audit.record("database.restored", "tenant", tenant, null, outcome);
        return outcome;
    }

    private List<CampaignId> campaigns(TenantId tenant, String state) {
        return jdbc.sql("select id from campaign where tenant_id = :tenant and state = :state order by id")
                .param("tenant", tenant.value())
                .param("state", state)
                .query((row, number) -> new CampaignId(row.getObject("id", UUID.class)))
                .list();
    }
}
