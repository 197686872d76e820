package org.maintenancemanager.core.campaign;

import jakarta.persistence.EntityManager;
import java.math.BigDecimal;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.event.Outbox;
import org.maintenancemanager.core.guard.Verdict;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.quota.Quotas;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.core.window.WindowOverride;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The campaigns of the tenant of the call: making, editing, and their lifecycle. Pausing and aborting take effect with
 * their commit for every node that holds no permit.
 */
@Service
public class Campaigns {
    /** As long as a large campaign may take in an emergency; who needs more changes the windows. */
    public static final Duration LONGEST_OVERRIDE = Duration.ofDays(14);

    private final EntityManager entities;
    private final JdbcClient jdbc;
    private final CampaignViews views;
    private final Membership membership;
    private final GuardCounters guard;
    private final CampaignRuleRows ruleRows;
    private final CampaignRuns runs;
    private final Approvals approvals;
    private final ApprovalRules rules;
    private final Quotas quotas;
    private final JsonMapper json;
    private final AuditLog audit;
    private final Outbox outbox;
    private final ChangeNotes notes;
    private final DatabaseClock clock;

    Campaigns(
            EntityManager entities,
            JdbcClient jdbc,
            CampaignViews views,
            Membership membership,
            GuardCounters guard,
            CampaignRuleRows ruleRows,
            CampaignRuns runs,
            Approvals approvals,
            ApprovalRules rules,
            Quotas quotas,
            JsonMapper json,
            AuditLog audit,
            Outbox outbox,
            ChangeNotes notes,
            DatabaseClock clock) {
        this.entities = entities;
        this.jdbc = jdbc;
        this.views = views;
        this.membership = membership;
        this.guard = guard;
        this.ruleRows = ruleRows;
        this.runs = runs;
        this.approvals = approvals;
        this.rules = rules;
        this.quotas = quotas;
        this.json = json;
        this.audit = audit;
        this.outbox = outbox;
        this.notes = notes;
        this.clock = clock;
    }

    public Page<CampaignView> list(ListRequest request) {
        return views.list(tenant(), request);
    }

    /** @throws NotFound if the tenant has no such campaign */
    public CampaignView load(CampaignId id) {
        return views.find(tenant(), id).orElseThrow(() -> new NotFound("campaign", id.toString()));
    }

    /**
     * What a campaign would be made of this, with the waves that it would have; writes nothing.
     *
     * @throws InvalidInput if it would not be made
     */
    public CampaignSpec checked(CampaignSpec spec) {
        InvalidInput.throwIfAny(check(spec, null));
        return withLastWave(spec);
    }

    /** A campaign in DRAFT. */
    @Transactional
    public CampaignView create(CampaignSpec spec) {
        return createAll(List.of(spec), false).getFirst();
    }

    /** All or none; problems name the index of the campaign. */
    @Transactional
    public List<CampaignView> createAll(List<CampaignSpec> specs) {
        return createAll(specs, true);
    }

    private List<CampaignView> createAll(List<CampaignSpec> specs, boolean indexed) {
        List<FieldProblem> problems = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            String prefix = indexed ? "/" + i : "";
            check(specs.get(i), null)
                    .forEach(problem -> problems.add(new FieldProblem(prefix + problem.pointer(), problem.message())));
        }
        InvalidInput.throwIfAny(problems);
        quotas.requireRoomForCampaigns(tenant(), specs.size());
        List<CampaignId> ids = new ArrayList<>();
        for (CampaignSpec spec : specs) {
            ids.add(insert(spec, null));
        }
        return ids.stream().map(this::load).toList();
    }

    private CampaignId insert(CampaignSpec spec, @Nullable CampaignId rollbackOf) {
        CampaignSpec complete = withLastWave(spec);
        var campaign = new Campaign(Ids.next(), tenant().value(), complete, rollbackOf, clock.now());
        entities.persist(campaign);
        entities.flush();
        CampaignId id = new CampaignId(campaign.id());
        jdbc.sql("insert into campaign_counter (tenant_id, campaign_id) values (:tenant, :campaign)")
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .update();
        guard.create(tenant(), id);
        ruleRows.write(tenant(), id, complete.rules());
        addAuthor(id);
        audit.record("campaign.created", "campaign", id, null, complete);
        return id;
    }

    /** A DRAFT of a policy, by its authors and the caller. */
    @Transactional(propagation = Propagation.MANDATORY)
    CampaignView createFor(PolicyId policy, CampaignSpec spec) {
        InvalidInput.throwIfAny(check(spec, null));
        quotas.requireRoomForCampaigns(tenant(), 1);
        CampaignId id = insert(spec, null);
        jdbc.sql("""
                        update campaign c
                        set policy_id = p.id, left_upto = now(), left_fully_at = now(),
                            authors = array(select distinct unnest(c.authors || p.authors)),
                            author_subjects = array(select distinct unnest(c.author_subjects || p.author_subjects))
                        from policy p
                        where c.tenant_id = :tenant and c.id = :campaign and p.tenant_id = :tenant and p.id = :policy
                        """)
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .param("policy", policy.value())
                .update();
        return load(id);
    }

    /** Ends it like an abort, since its policy brings another image. */
    @Transactional(propagation = Propagation.MANDATORY)
    void supersede(CampaignId id, String by, String version) {
        move(id, CampaignMove.SUPERSEDE, "SUPERSEDED", "Policy %s brings %s.".formatted(by, version));
    }

    /** What runs of the same policy ends here and now: nodes follow one campaign of a policy at a time. */
    private void supersedeOthers(CampaignId id) {
        record Other(CampaignId id, String policy, String version) {}
        jdbc.sql("""
                        select other.id, p.name, i.image_version
                        from campaign mine
                        join policy p on (p.tenant_id, p.id) = (mine.tenant_id, mine.policy_id)
                        join image i on (i.tenant_id, i.id) = (mine.tenant_id, mine.image_id)
                        join campaign other on (other.tenant_id, other.policy_id) = (mine.tenant_id, mine.policy_id)
                            and other.id <> mine.id and other.state in ('AWAITING_APPROVAL', 'SCHEDULED', 'RUNNING', 'PAUSED')
                        where mine.tenant_id = :tenant and mine.id = :campaign
                        order by other.id
                        for no key update of other
                        """)
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .query((row, number) -> new Other(
                        new CampaignId(row.getObject("id", UUID.class)),
                        row.getString("name"),
                        row.getString("image_version")))
                .list()
                .forEach(other -> supersede(other.id, other.policy, other.version));
    }

    /** A DRAFT whose members are those that another campaign brought from the image of {@code spec} to its own. */
    CampaignView createRollback(CampaignId of, CampaignSpec spec) {
        InvalidInput.throwIfAny(CampaignCheck.problems(spec, true));
        return load(insert(spec, of));
    }

    /**
     * Replaces what a DRAFT says; of a campaign that has started, only {@code maxInFlight}, {@code maxFailures}, the
     * schedule, the rules and the waves' gates may change, with effect for the next decision.
     *
     * @throws StaleVersion if it is no longer at {@code version}
     */
    @Transactional
    public CampaignView edit(CampaignId id, long version, CampaignSpec spec) {
        Campaign campaign = lock(id, version);
        CampaignSpec before = load(id).spec();
        CampaignSpec after = withLastWave(spec);
        if (campaign.state() == CampaignState.DRAFT) {
            InvalidInput.throwIfAny(check(spec, id));
            campaign.replace(after, clock.now());
            entities.flush();
            addAuthor(id);
        } else {
            CampaignView present = load(id);
            CampaignAction.EDIT.check(present, CallContext.current().subject());
            List<FieldProblem> problems =
                    new ArrayList<>(CampaignCheck.problems(spec, present.life().rollbackOf() != null));
            problems.addAll(escalationProblems(spec.schedule()));
            InvalidInput.throwIfAny(problems);
            if (!after.equals(before.withLimitsOf(after))) {
                throw new Conflict(
                        ProblemType.ILLEGAL_STATE,
                        "the campaign is %s: only maxInFlight, maxFailures, schedule, rules, and the minConfirmedShare and gate of waves can change now"
                                .formatted(campaign.state()));
            }
            checkFourEyes(present, before, after);
            campaign.editLimits(after, clock.now());
            editGates(id, after.waves());
            entities.flush();
            // A later deadline can be missed anew.
            jdbc.sql("""
                            update campaign set deadline_missed_at = null
                            where tenant_id = :tenant and id = :campaign and deadline > now()
                            """)
                    .param("tenant", tenant().value())
                    .param("campaign", id.value())
                    .update();
        }
        entities.flush();
        ruleRows.write(tenant(), id, after.rules());
        audit.record("campaign.edited", "campaign", id, before, after);
        notes.campaignsChanged(tenant());
        return load(id);
    }

    /** @throws Conflict unless it is a DRAFT */
    @Transactional
    public void delete(CampaignId id, long version) {
        Campaign campaign = lock(id, version);
        if (campaign.state() != CampaignState.DRAFT) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "the campaign is %s; only a DRAFT can be deleted, others are kept as history"
                            .formatted(campaign.state()));
        }
        entities.remove(campaign);
        entities.flush();
        audit.record("campaign.deleted", "campaign", id, campaign.spec(), null);
    }

    /**
     * Starts a DRAFT: at its {@code startsAt} if that lies ahead, otherwise now. Now means: its members are made, and its
     * first wave is open when this returns. Where the tenant's rule wants a second person, it waits for the approval.
     *
     * @throws Conflict unless it is a DRAFT (or SCHEDULED, which starts it early) and its image is published
     */
    @Transactional
    public CampaignView start(CampaignId id) {
        CampaignView campaign = lockAndLoad(id);
        CampaignAction.START.check(campaign, CallContext.current().subject());
        if (campaign.state() == CampaignState.SCHEDULED) {
            begin(id);
            return load(id);
        }
        List<String> reasons = rules.reasons(campaign.spec(), campaign.life().rollbackOf());
        if (reasons.isEmpty()) {
            launch(id, CampaignState.DRAFT);
            return load(id);
        }
        checkImage(campaign);
        addAuthor(id);
        approvals.ask(id, CampaignLife.Kind.START, null, reasons, null);
        move(
                id,
                CampaignMove.ASK_APPROVAL,
                "APPROVAL",
                "Somebody else has to approve it (%s).".formatted(String.join(", ", reasons)));
        return load(id);
    }

    /** A campaign that may start does, at its {@code startsAt} if that lies ahead. */
    void launch(CampaignId id, CampaignState from) {
        CampaignView campaign = load(id);
        Instant startsAt = campaign.spec().startsAt();
        if (startsAt != null && startsAt.isAfter(clock.now())) {
            checkImage(campaign);
            move(id, CampaignMove.SCHEDULE, null, null, from);
        } else {
            begin(id, from);
        }
    }

    /** What a start comes to when its time has come; also called by the clockwork. */
    @Transactional
    public void begin(CampaignId id) {
        begin(id, CampaignState.SCHEDULED);
    }

    private void begin(CampaignId id, CampaignState from) {
        guard.learn(tenant(), id);
        move(id, CampaignMove.START, null, null, from);
        CampaignView campaign = load(id);
        checkImage(campaign);
        supersedeOthers(id);
        membership.fill(tenant(), id, campaign.spec(), campaign.life().rollbackOf());
        jdbc.sql("""
                        update campaign set joined_upto = now(), joined_fully_at = now()
                        where tenant_id = :tenant and id = :campaign
                        """)
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .update();
        jdbc.sql("""
                        update wave set opened_at = now()
                        where tenant_id = :tenant and campaign_id = :campaign and ordinal = 0
                        """)
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .update();
        notes.allNodesChanged(tenant());
    }

    private void checkImage(CampaignView campaign) {
        List<FieldProblem> image = imageProblems(campaign.spec());
        if (!image.isEmpty()) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE, "the image " + image.getFirst().message());
        }
    }

    /** Holds every node that has no permit, from the commit on. Pausing a paused campaign changes nothing. */
    @Transactional
    public CampaignView pause(CampaignId id) {
        if (load(id).state() == CampaignState.PAUSED) {
            return load(id);
        }
        pause(id, "OPERATOR", "Paused by %s.".formatted(CallContext.current().actor()));
        return load(id);
    }

    /** The same with a reason, for whatever stops a campaign by itself. */
    @Transactional
    public void pause(CampaignId id, String reason, String detail) {
        move(id, CampaignMove.PAUSE, reason, detail);
    }

    /** What would have started by itself is a draft again, and is started by a person. */
    @Transactional
    public void unschedule(CampaignId id, String reason, String detail) {
        move(id, CampaignMove.UNSCHEDULE, reason, detail);
    }

    /**
     * Goes on. After a stop by the guard's test, the evidence starts anew: whoever resumes has judged what failed before.
     *
     * @throws Conflict unless it is PAUSED
     */
    @Transactional
    public CampaignView resume(CampaignId id) {
        if (Verdict.Cause.GUARD.name().equals(load(id).stateReason())) {
            guard.restart(tenant(), id);
        }
        move(id, CampaignMove.RESUME, null, null);
        return load(id);
    }

    /**
     * Ends it. Nodes that hold a permit finish; the updates of all others are canceled right after.
     *
     * @throws Conflict if it has ended already
     */
    @Transactional
    public CampaignView abort(CampaignId id) {
        move(
                id,
                CampaignMove.ABORT,
                "OPERATOR",
                "Aborted by %s.".formatted(CallContext.current().actor()));
        return load(id);
    }

    /**
     * Lets nodes be disturbed outside of their windows for a while; replaces what was given before.
     *
     * @param until at most {@link #LONGEST_OVERRIDE} away
     * @param freezes that are overridden as well; all others hold
     * @throws Conflict unless it is RUNNING or PAUSED
     */
    @Transactional
    public CampaignView overrideWindows(CampaignId id, String reason, Instant until, Set<WindowId> freezes) {
        checkOverride(reason, until, freezes, clock.now());
        CampaignView campaign = load(id);
        CampaignAction.OVERRIDE_WINDOWS.check(campaign, CallContext.current().subject());
        if (rules.load().override()) {
            String asked = json.writeValueAsString(new AskedOverride(reason, until, freezes));
            if (!approvals.ask(id, CampaignLife.Kind.OVERRIDE, null, List.of("OVERRIDE"), asked)) {
                throw new Conflict(
                        ProblemType.ILLEGAL_STATE, "an override is asked for already; answer that question first");
            }
            audit.record(
                    "campaign.override-requested", "campaign", id, null, new AskedOverride(reason, until, freezes));
            return load(id);
        }
        override(id, reason, CallContext.current().actor(), until, freezes);
        return load(id);
    }

    /** What is kept of an override that waits for its approval. */
    private record AskedOverride(String reason, Instant until, Set<WindowId> freezes) {}

    void overrideAsAsked(CampaignId id, CampaignLife.Approval approval, String request) {
        AskedOverride asked = json.readValue(request, AskedOverride.class);
        checkOverride(asked.reason, asked.until, asked.freezes, clock.now());
        override(
                id,
                asked.reason,
                "%s, approved by %s"
                        .formatted(approval.requestedBy(), CallContext.current().actor()),
                asked.until,
                asked.freezes);
    }

    private void override(CampaignId id, String reason, String by, Instant until, Set<WindowId> freezes) {
        WindowOverride before = load(id).override();
        UUID override = Ids.next();
        lockCounter(id);
        int changed = jdbc.sql("""
                        update campaign
                        set override_id = :override, override_reason = :reason, override_by = :by,
                            override_since = :now, override_until = :until, override_freezes = :freezes,
                            override_windows = '{}',
                            updated_at = now(), version = version + 1
                        where tenant_id = :tenant and id = :campaign and state in ('RUNNING', 'PAUSED')
                        """)
                .param("override", override)
                .param("reason", reason)
                .param("by", by)
                .param("now", clock.now().atOffset(ZoneOffset.UTC))
                .param("until", until.atOffset(ZoneOffset.UTC))
                .param("freezes", freezes.stream().map(WindowId::value).toArray(UUID[]::new))
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .update();
        if (changed == 0) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "the campaign is %s; this is possible in RUNNING, PAUSED".formatted(load(id).state()));
        }
        audit.record("campaign.windows-overridden", "campaign", id, before, load(id).override());
        notes.campaignsChanged(tenant());
    }

    private void checkOverride(String reason, Instant until, Set<WindowId> freezes, Instant now) {
        var problems = new Problems();
        if (reason.isBlank() || reason.length() > 1000) {
            problems.add("/reason", "has %d characters; expected 1 to 1000 that say why".formatted(reason.length()));
        }
        if (!until.isAfter(now)) {
            problems.add("/until", "is %s, not in the future".formatted(until));
        } else if (until.isAfter(now.plus(LONGEST_OVERRIDE))) {
            problems.add(
                    "/until",
                    "is %s; expected at most %d days from now, %s"
                            .formatted(until, LONGEST_OVERRIDE.toDays(), now.plus(LONGEST_OVERRIDE)));
        }
        unknown("FREEZE", freezes).forEach(freeze -> problems.add("/freezes", "there is no freeze " + freeze));
        problems.throwIfAny();
    }

    /** Takes back the leave to disturb nodes outside of their windows; permits that were granted stay valid. */
    @Transactional
    public CampaignView clearOverride(CampaignId id) {
        WindowOverride before = load(id).override();
        if (before == null) {
            return load(id);
        }
        lockCounter(id);
        jdbc.sql("""
                        update campaign
                        set override_id = null, override_reason = null, override_by = null, override_since = null,
                            override_until = null, override_freezes = null, override_windows = null, updated_at = now(), version = version + 1
                        where tenant_id = :tenant and id = :campaign
                        """)
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .update();
        audit.record("campaign.override-cleared", "campaign", id, before, null);
        notes.campaignsChanged(tenant());
        return load(id);
    }

    /** Waits for a batch of grants that is just being written; whoever grants next reads the campaign again. */
    void lockCounter(CampaignId id) {
        jdbc.sql("select 1 from campaign_counter where tenant_id = :tenant and campaign_id = :campaign for update")
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .query(Integer.class)
                .optional();
    }

    /** Every member has come to an end. */
    @Transactional
    void complete(CampaignId id) {
        move(id, CampaignMove.COMPLETE, null, null);
    }

    /** Its {@code endsAt} has come: like an abort, but nobody's decision of today. */
    @Transactional
    void end(CampaignId id) {
        move(
                id,
                CampaignMove.END,
                "ENDS_AT",
                "It was to end at %s.".formatted(load(id).spec().schedule().endsAt()));
    }

    void move(CampaignId id, CampaignMove move, @Nullable String reason, @Nullable String detail) {
        move(id, move, reason, detail, move.from().toArray(CampaignState[]::new));
    }

    /** @param from fewer of those that the move may start from */
    private void move(
            CampaignId id, CampaignMove move, @Nullable String reason, @Nullable String detail, CampaignState... from) {
        CampaignState to = move.to();
        List<String> states = Arrays.stream(from).sorted().map(Enum::name).toList();
        int moved = jdbc.sql("""
                        update campaign
                        set state = :to, state_reason = :reason, state_detail = :detail,
                            started_at = case when :to = 'RUNNING' then coalesce(started_at, now()) else started_at end,
                            ended_at = case when :to in ('COMPLETED', 'ABORTED') then now() end,
                            updated_at = now(), version = version + 1
                        where tenant_id = :tenant and id = :campaign and state in (:from)
                        """)
                .param("to", to.name())
                .param("reason", reason)
                .param("detail", detail)
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .param("from", states)
                .update();
        if (moved == 0) {
            CampaignView campaign = load(id);
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "the campaign is %s; this is possible in %s"
                            .formatted(campaign.state(), String.join(", ", states)));
        }
        // Before the event is written, so that its time lies after every permit that was granted before it.
        grant(id, to == CampaignState.RUNNING);
        runs.note(tenant(), id, to);
        if (to.isEnded()) {
            approvals.withdrawAll(id);
        }
        Map<String, Object> after = new LinkedHashMap<>();
        after.put("state", to);
        after.put("reason", reason);
        after.put("detail", detail);
        audit.record(move.event(), "campaign", id, null, after);
        outbox.add(move.event(), id, after);
        notes.campaignsChanged(tenant());
    }

    /** Waits for a batch of grants that is just being written, a matter of milliseconds; no later batch grants. */
    private void grant(CampaignId id, boolean granting) {
        jdbc.sql("""
                        update campaign_counter set granting = :granting
                        where tenant_id = :tenant and campaign_id = :campaign
                        """)
                .param("granting", granting)
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .update();
    }

    /** Until the transaction ends, no node joins the campaign. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void holdJoining(CampaignId id) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended('joining ' || :campaign, 0))")
                .param("campaign", id.toString())
                .query((row, number) -> "")
                .list();
    }

    /** Locked against everybody else who changes it. */
    @Transactional(propagation = Propagation.MANDATORY)
    public CampaignView lockAndLoad(CampaignId id) {
        jdbc.sql("select from campaign where tenant_id = :tenant and id = :campaign for no key update")
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .query((row, number) -> "")
                .list();
        return load(id);
    }

    void checkRevision(CampaignView campaign, @Nullable Long revision) {
        if (revision != null && campaign.version() != revision) {
            throw new StaleVersion("campaign", campaign.id().toString());
        }
    }

    /** Asks a person whether the wave after this one may open; the clockwork asks again and again, and once is enough. */
    @Transactional
    void askForWave(CampaignId id, int wave) {
        if (approvals.ask(id, CampaignLife.Kind.WAVE, wave, List.of("GATE"), null)) {
            Map<String, Object> asked = Map.of("wave", wave);
            audit.record("campaign.wave-approval-requested", "campaign", id, null, asked);
            outbox.add("campaign.wave-approval-requested", id, asked);
        }
    }

    /** What would need another person at the start does so afterwards too. */
    private void checkFourEyes(CampaignView present, CampaignSpec before, CampaignSpec after) {
        for (int i = 0; i < before.waves().size(); i++) {
            if (before.waves().get(i).gate().approval()
                    && !after.waves().get(i).gate().approval()) {
                throw new Conflict(
                        ProblemType.ILLEGAL_STATE,
                        "the campaign is %s: the gate of wave %s keeps its approval"
                                .formatted(
                                        present.state(), before.waves().get(i).name()));
            }
        }
        boolean escalates = after.schedule().escalation() != null
                && !after.schedule().escalation().equals(before.schedule().escalation());
        if (escalates && rules.load().override()) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "the campaign is %s: an escalation needs an approval, so it has to be there before the start"
                            .formatted(present.state()));
        }
    }

    private void addAuthor(CampaignId id) {
        jdbc.sql("""
                        update campaign
                        set authors = array_append(array_remove(authors, :actor), :actor),
                            author_subjects = array_append(author_subjects, :subject)
                        where tenant_id = :tenant and id = :campaign and :subject <> all (author_subjects)
                        """)
                .param("actor", CallContext.current().actor())
                .param("subject", CallContext.current().subject())
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .update();
    }

    private Campaign lock(CampaignId id, long version) {
        Campaign campaign = entities.find(Campaign.class, id.value());
        if (campaign == null) {
            throw new NotFound("campaign", id.toString());
        }
        if (campaign.version() != version) {
            throw new StaleVersion("campaign", id.toString());
        }
        return campaign;
    }

    private List<FieldProblem> check(CampaignSpec spec, @Nullable CampaignId self) {
        boolean rollback = self != null && load(self).life().rollbackOf() != null;
        List<FieldProblem> problems = new ArrayList<>(CampaignCheck.problems(spec, rollback));
        problems.addAll(imageProblems(spec));
        problems.addAll(escalationProblems(spec.schedule()));
        boolean taken = jdbc.sql("""
                        select exists (select from campaign
                                       where tenant_id = :tenant and name = :name and id is distinct from :self)
                        """)
                .param("tenant", tenant().value())
                .param("name", spec.name())
                .param("self", self == null ? null : self.value(), Types.OTHER)
                .query(Boolean.class)
                .single();
        if (taken) {
            throw new Conflict(ProblemType.CONFLICT, "there is a campaign named '%s' already".formatted(spec.name()));
        }
        return problems;
    }

    /** Windows and freezes that the escalation names have to be there. */
    List<FieldProblem> escalationProblems(CampaignSchedule schedule) {
        CampaignSchedule.Escalation escalation = schedule.escalation();
        if (escalation == null) {
            return List.of();
        }
        List<FieldProblem> problems = new ArrayList<>();
        unknown("PERMIT", escalation.windows())
                .forEach(id ->
                        problems.add(new FieldProblem("/schedule/escalation/windows", "there is no window " + id)));
        unknown("FREEZE", escalation.freezes())
                .forEach(id ->
                        problems.add(new FieldProblem("/schedule/escalation/freezes", "there is no freeze " + id)));
        return problems;
    }

    private List<WindowId> unknown(String kind, Set<WindowId> windows) {
        if (windows.isEmpty()) {
            return List.of();
        }
        Set<WindowId> known = new HashSet<>(jdbc.sql("""
                        select id from maintenance_window
                        where tenant_id = :tenant and kind = :kind and id = any(:ids)
                        for key share
                        """)
                .param("tenant", tenant().value())
                .param("kind", kind)
                .param("ids", windows.stream().map(WindowId::value).toArray(UUID[]::new))
                .query((row, number) -> new WindowId(row.getObject("id", UUID.class)))
                .list());
        return windows.stream().filter(window -> !known.contains(window)).toList();
    }

    private List<FieldProblem> imageProblems(CampaignSpec spec) {
        String state = jdbc.sql("select state from image where tenant_id = :tenant and id = :image")
                .param("tenant", tenant().value())
                .param("image", spec.imageId().value())
                .query(String.class)
                .optional()
                .orElse("");
        return switch (state) {
            case "PUBLISHED" -> List.of();
            case "" -> List.of(new FieldProblem("/imageId", "is no image of this tenant"));
            case String other -> List.of(new FieldProblem("/imageId", "is %s; it must be PUBLISHED".formatted(other)));
        };
    }

    /** Waves that do not say who takes the rest get one more that does. */
    public static CampaignSpec withLastWave(CampaignSpec spec) {
        List<WaveSpec> waves = new ArrayList<>(spec.waves().isEmpty() ? CampaignSpec.defaultWaves() : spec.waves());
        boolean allByPercent = waves.stream().allMatch(wave -> wave.share() instanceof CampaignSpec.Percent);
        BigDecimal sum = waves.stream()
                .map(wave -> wave.share() instanceof CampaignSpec.Percent share ? share.percent() : BigDecimal.ZERO)
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        boolean complete = waves.getLast().share() instanceof CampaignSpec.Rest
                || allByPercent && sum.compareTo(BigDecimal.valueOf(100)) == 0;
        if (!complete) {
            boolean taken = waves.stream().anyMatch(wave -> wave.name().equals("rest"));
            waves.add(new WaveSpec(taken ? "rest-" + waves.size() : "rest", new CampaignSpec.Rest(), BigDecimal.ZERO));
        }
        return spec.withWaves(waves);
    }

    /** By SQL: members refer to the rows of the waves, which JPA would write anew. */
    private void editGates(CampaignId id, List<WaveSpec> waves) {
        for (int ordinal = 0; ordinal < waves.size(); ordinal++) {
            Duration unheard = waves.get(ordinal).gate().unheardAfter();
            jdbc.sql("""
                            update wave
                            set min_confirmed_share = :share, soak_seconds = :soak, not_before = :notBefore,
                                approval = :approval, unheard_seconds = :unheard
                            where tenant_id = :tenant and campaign_id = :campaign and ordinal = :ordinal
                            """)
                    .param("share", waves.get(ordinal).minConfirmedShare())
                    .param("soak", waves.get(ordinal).gate().soakTime().toSeconds())
                    .param("notBefore", timestamp(waves.get(ordinal).gate().notBefore()), Types.TIMESTAMP_WITH_TIMEZONE)
                    .param("approval", waves.get(ordinal).gate().approval())
                    .param("unheard", unheard == null ? null : unheard.toSeconds(), Types.BIGINT)
                    .param("tenant", tenant().value())
                    .param("campaign", id.value())
                    .param("ordinal", ordinal)
                    .update();
        }
    }

    private static @Nullable OffsetDateTime timestamp(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    private static TenantId tenant() {
        return CallContext.current().tenant();
    }
}
