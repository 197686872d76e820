package org.maintenancemanager.core.campaign;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.campaign.GuardCounters.Standing;
import org.maintenancemanager.core.campaign.GuardCounters.Weight;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.event.Outbox;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.guard.Judge;
import org.maintenancemanager.core.guard.SequentialTest;
import org.maintenancemanager.core.guard.Verdict;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Weighs what became of a campaign's nodes, in the transaction that ends their updates: it stops a campaign whose image
 * fails too often, and holds a cohort on which alone it does. So no permit follows the result that condemned an image.
 */
@Service
public class CampaignGuard {
    private final JdbcClient jdbc;
    private final GuardCounters counters;
    private final Campaigns campaigns;
    private final AuditLog audit;
    private final Outbox outbox;
    private final ChangeNotes notes;
    private final MeterRegistry meters;

    CampaignGuard(
            JdbcClient jdbc,
            GuardCounters counters,
            Campaigns campaigns,
            AuditLog audit,
            Outbox outbox,
            ChangeNotes notes,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.counters = counters;
        this.campaigns = campaigns;
        this.audit = audit;
        this.outbox = outbox;
        this.notes = notes;
        this.meters = meters;
    }

    /**
     * A node update that came to an end that says something: confirmed or failed.
     *
     * @param failed for whatever reason
     * @param download whether it failed before the image was on the node, which says nothing about the image
     */
    public record Finished(UUID update, UUID campaign, boolean failed, boolean download) {}

    /** What {@link #weigh} found, to be carried out once the counters of the campaigns are locked. */
    public record Findings(Map<UUID, Verdict.Stop> stops, Map<UUID, List<Cohort>> holds, Map<UUID, String> evidence) {
        private static final Findings NONE = new Findings(Map.of(), Map.of(), Map.of());

        /** The campaigns whose counters have to be locked before. */
        public Collection<UUID> campaigns() {
            var all = new TreeSet<>(stops.keySet());
            all.addAll(holds.keySet());
            return all;
        }
    }

    /**
     * Counts the results and judges. Takes the row locks of {@code campaign_guard}, and those of the campaigns that are to
     * be stopped.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Findings weigh(TenantId tenant, List<Finished> finished) {
        if (finished.isEmpty()) {
            return Findings.NONE;
        }
        Map<UUID, Integer> failedNow = new TreeMap<>();
        for (Finished one : finished) {
            failedNow.merge(one.campaign(), one.failed() && !one.download() ? 1 : 0, Integer::sum);
        }
        counters.lock(tenant, failedNow.keySet());
        counters.add(tenant, finished);
        Map<UUID, Verdict.Stop> stops = new TreeMap<>();
        Map<UUID, List<Cohort>> holds = new TreeMap<>();
        Map<UUID, String> evidence = new TreeMap<>();
        List<Weight> weights = new ArrayList<>();
        counters.standings(tenant, failedNow.keySet()).forEach((campaign, first) -> {
            Standing standing = first;
            while (failedNow.getOrDefault(campaign, 0) > 0 && standing.state() == CampaignState.RUNNING) {
                Verdict verdict = Judge.judge(
                        standing.rules(),
                        standing.counted(),
                        standing.failedUpdates() + failedNow.getOrDefault(campaign, 0),
                        standing.total(),
                        counters.suspects(tenant, campaign));
                if (!(verdict instanceof Verdict.Hold hold)) {
                    if (verdict instanceof Verdict.Stop stop) {
                        stops.put(campaign, stop);
                    }
                    break;
                }
                Cohort cohort = hold.cohort();
                holds.computeIfAbsent(campaign, id -> new ArrayList<>()).add(cohort);
                counters.hold(tenant, campaign, cohort.kind(), cohort.name(), "guard", because(cohort));
                standing = counters.standings(tenant, List.of(campaign)).getOrDefault(campaign, standing);
            }
            SequentialTest test = standing.rules().test();
            double weight = test == null
                    ? 1
                    : test.evidence(
                            standing.counted().finished(), standing.counted().failures());
            double suspicion = test == null
                    ? 0
                    : test.suspicion(
                            standing.counted().finished(), standing.counted().failures());
            long grown = standing.total().finished() - standing.lastPoint();
            boolean point = grown > 0 && grown >= standing.lastPoint() / 50
                    || stops.containsKey(campaign)
                    || holds.containsKey(campaign);
            weights.add(new Weight(campaign, weight, suspicion, point));
            evidence.put(campaign, detail(standing, weight));
        });
        counters.weigh(tenant, weights);
        lockCampaigns(tenant, stops.keySet());
        return new Findings(stops, holds, evidence);
    }

    private static String because(Cohort cohort) {
        return "%d of %d of its nodes failed, while the others do well."
                .formatted(cohort.tally().failures(), cohort.tally().finished());
    }

    private static String detail(Standing standing, double evidence) {
        SequentialTest test = standing.rules().test();
        String counts = "%d of %d nodes failed"
                .formatted(standing.counted().failures(), standing.counted().finished());
        return test == null
                ? counts + "."
                : "%s, where %s %% are accepted: evidence %s of %s needed."
                        .formatted(
                                counts,
                                number(standing.baseline() * 100),
                                number(Math.min(evidence, 1e6)),
                                number(test.needed()));
    }

    private static String number(double number) {
        String text = String.format(Locale.ROOT, "%.1f", number);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    private void lockCampaigns(TenantId tenant, Collection<UUID> ids) {
        if (ids.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        select id from campaign where tenant_id = :tenant and id = any (:ids)
                        order by id for no key update
                        """)
                .param("tenant", tenant.value())
                .param("ids", ids.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
    }

    /** Pauses what was condemned, and tells of what is held. The caller holds the counters of these campaigns. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void carryOut(TenantId tenant, Findings findings) {
        findings.stops.forEach((campaign, stop) -> {
            CampaignId id = new CampaignId(campaign);
            if (campaigns.load(id).state() != CampaignState.RUNNING) {
                return;
            }
            campaigns.pause(
                    id, stop.cause().name(), sentence(stop.cause(), findings.evidence.getOrDefault(campaign, "")));
            count("stopped", stop.cause().name());
        });
        findings.holds.forEach((campaign, cohorts) -> {
            for (Cohort cohort : cohorts) {
                tell("campaign.cohort-held", campaign, cohort.kind(), cohort.name(), because(cohort));
                count("held", cohort.kind().name());
            }
            notes.campaignsChanged(tenant);
        });
    }

    private static String sentence(Verdict.Cause cause, String evidence) {
        return switch (cause) {
            case GUARD -> "The image fails too often: " + evidence;
            case MAX_FAILURES -> "As many updates failed, rolled back or were lost as the campaign allows: " + evidence;
            case MAX_FAILURE_PERCENT -> "A greater share of nodes failed than the campaign allows: " + evidence;
        };
    }

    private void count(String what, String why) {
        Counter.builder("manager.guard.verdicts")
                .tag("verdict", what)
                .tag("cause", why)
                .description("campaigns that the guard stopped, and cohorts that it held")
                .register(meters)
                .increment();
    }

    private void tell(String action, UUID campaign, Cohort.Kind kind, String name, @Nullable String reason) {
        Map<String, Object> after = new LinkedHashMap<>();
        after.put("kind", kind);
        after.put("name", name);
        if (reason != null) {
            after.put("reason", reason);
        }
        audit.record(action, "campaign", campaign, null, after);
        outbox.add(action, campaign, after);
    }

    /**
     * No node of the cohort gets a permit from now on; those that hold one finish. Holding twice changes the reason.
     *
     * @throws NotFound if the tenant has no such campaign
     * @throws Conflict if the campaign has ended
     */
    @Transactional
    public GuardView hold(CampaignId id, Cohort.Kind kind, String name, String reason) {
        TenantId tenant = CallContext.current().tenant();
        var problems = new Problems();
        problems.text("/name", name, 512);
        if (reason.isBlank()) {
            problems.add("/reason", "must say why, in 1 to 1000 characters");
        }
        problems.text("/reason", reason, 1000);
        problems.throwIfAny();
        live(id);
        counters.lock(tenant, List.of(id.value()));
        lockCounter(tenant, id);
        counters.hold(tenant, id.value(), kind, name, CallContext.current().actor(), reason);
        reweigh(tenant, id);
        tell("campaign.cohort-held", id.value(), kind, name, reason);
        notes.campaignsChanged(tenant);
        return view(id);
    }

    /**
     * Lets a cohort go on; what it did before no longer counts.
     *
     * @throws NotFound if the tenant has no such campaign
     * @throws Conflict if the cohort is not held
     */
    @Transactional
    public GuardView release(CampaignId id, Cohort.Kind kind, String name) {
        TenantId tenant = CallContext.current().tenant();
        live(id);
        counters.lock(tenant, List.of(id.value()));
        if (!counters.isHeld(tenant, id.value(), kind, name)) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, "the campaign does not hold %s '%s'".formatted(kind, name));
        }
        lockCounter(tenant, id);
        counters.release(tenant, id.value(), kind, name);
        reweigh(tenant, id);
        tell("campaign.cohort-released", id.value(), kind, name, null);
        notes.campaignsChanged(tenant);
        return view(id);
    }

    private void live(CampaignId id) {
        CampaignState state = campaigns.load(id).state();
        if (state.isEnded()) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, "the campaign is %s".formatted(state));
        }
    }

    /** A batch of grants that is just being written comes before; no later one. */
    private void lockCounter(TenantId tenant, CampaignId id) {
        jdbc.sql("select 1 from campaign_counter where tenant_id = :tenant and campaign_id = :campaign for update")
                .param("tenant", tenant.value())
                .param("campaign", id.value())
                .query(Integer.class)
                .optional();
    }

    private void reweigh(TenantId tenant, CampaignId id) {
        Standing standing = counters.standings(tenant, List.of(id.value())).get(id.value());
        SequentialTest test = standing == null ? null : standing.rules().test();
        if (standing != null && test != null) {
            long finished = standing.counted().finished();
            long failures = standing.counted().failures();
            counters.weigh(
                    tenant,
                    List.of(new Weight(
                            id.value(), test.evidence(finished, failures), test.suspicion(finished, failures), true)));
        }
    }

    /** @throws NotFound if the tenant has no such campaign */
    @Transactional(readOnly = true)
    public GuardView view(CampaignId id) {
        TenantId tenant = CallContext.current().tenant();
        return jdbc.sql("""
                        select g.*, c.guard_enabled, c.guard_baseline, c.guard_alpha, c.max_in_flight
                        from campaign_guard g
                        join campaign c on (c.tenant_id, c.id) = (g.tenant_id, g.campaign_id)
                        where g.tenant_id = :tenant and g.campaign_id = :campaign
                        """)
                .param("tenant", tenant.value())
                .param("campaign", id.value())
                .query((row, number) -> {
                    boolean enabled = row.getBoolean("guard_enabled");
                    boolean given = row.getBigDecimal("guard_baseline") != null;
                    double baseline = row.getDouble(given ? "guard_baseline" : "learned_baseline");
                    double alpha = row.getDouble("guard_alpha");
                    SequentialTest test = new SequentialTest(baseline, alpha);
                    int finished = row.getInt("finished");
                    int failures = row.getInt("failures");
                    OffsetDateTime restarted = row.getObject("restarted_at", OffsetDateTime.class);
                    return new GuardView(
                            enabled,
                            baseline,
                            given,
                            alpha,
                            test.evidence(finished, failures),
                            test.needed(),
                            enabled
                                    ? SequentialTest.cautiousInFlight(
                                            row.getInt("max_in_flight"), test.suspicion(finished, failures))
                                    : row.getInt("max_in_flight"),
                            finished,
                            failures,
                            row.getInt("total_finished"),
                            row.getInt("total_failures"),
                            row.getInt("download_failures"),
                            restarted == null ? null : restarted.toInstant(),
                            cohorts(tenant, id, test),
                            history(tenant, id));
                })
                .optional()
                .orElseThrow(() -> new NotFound("campaign", id.toString()));
    }

    private List<GuardView.CohortView> cohorts(TenantId tenant, CampaignId id, SequentialTest test) {
        List<GuardView.CohortView> cohorts = new ArrayList<>(jdbc.sql("""
                        select c.*,
                               (select i.family || ' ' || i.image_version from image i
                                where i.tenant_id = c.tenant_id and i.sha256 = c.cohort and c.kind = 'SOURCE'
                                order by i.release_counter desc limit 1) as image
                        from guard_cohort c
                        where c.tenant_id = :tenant and c.campaign_id = :campaign
                        order by (c.held_at is not null) desc, c.failures desc, c.finished desc, c.kind, c.cohort
                        limit 200
                        """)
                .param("tenant", tenant.value())
                .param("campaign", id.value())
                .query((row, number) -> {
                    OffsetDateTime held = row.getObject("held_at", OffsetDateTime.class);
                    String name = row.getString("cohort");
                    String image = row.getString("image");
                    Instant since = held == null ? null : held.toInstant();
                    return new GuardView.CohortView(
                            Cohort.Kind.valueOf(row.getString("kind")),
                            name,
                            name.isEmpty() ? "unknown" : image != null ? image : name,
                            row.getInt("finished"),
                            row.getInt("failures"),
                            row.getInt("download_failures"),
                            test.evidence(row.getInt("finished"), row.getInt("failures")),
                            since == null
                                    ? null
                                    : new GuardView.Held(
                                            since, row.getString("held_by"), row.getString("held_reason")));
                })
                .list());
        cohorts.sort(Comparator.comparing((GuardView.CohortView cohort) -> cohort.held() == null)
                .thenComparing(Comparator.comparingDouble(GuardView.CohortView::evidence)
                        .reversed()));
        return cohorts;
    }

    private List<GuardView.Point> history(TenantId tenant, CampaignId id) {
        return jdbc.sql("""
                        select at, finished, failures, evidence from (
                            select * from guard_point
                            where tenant_id = :tenant and campaign_id = :campaign
                            order by at desc, id desc limit 1000) latest
                        order by at, id
                        """)
                .param("tenant", tenant.value())
                .param("campaign", id.value())
                .query((row, number) -> new GuardView.Point(
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        row.getInt("finished"),
                        row.getInt("failures"),
                        row.getDouble("evidence")))
                .list();
    }
}
