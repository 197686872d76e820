package org.maintenancemanager.core.campaign;

import jakarta.persistence.EntityManager;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
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
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.core.window.WindowOverride;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

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
    private final AuditLog audit;
    private final Outbox outbox;
    private final ChangeNotes notes;
    private final DatabaseClock clock;

    Campaigns(
            EntityManager entities,
            JdbcClient jdbc,
            CampaignViews views,
            Membership membership,
            AuditLog audit,
            Outbox outbox,
            ChangeNotes notes,
            DatabaseClock clock) {
        this.entities = entities;
        this.jdbc = jdbc;
        this.views = views;
        this.membership = membership;
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
        List<CampaignId> ids = new ArrayList<>();
        for (CampaignSpec spec : specs) {
            CampaignSpec complete = withLastWave(spec);
            var campaign = new Campaign(Ids.next(), tenant().value(), complete, clock.now());
            entities.persist(campaign);
            entities.flush();
            CampaignId id = new CampaignId(campaign.id());
            jdbc.sql("insert into campaign_counter (tenant_id, campaign_id) values (:tenant, :campaign)")
                    .param("tenant", tenant().value())
                    .param("campaign", id.value())
                    .update();
            audit.record("campaign.created", "campaign", id, null, complete);
            ids.add(id);
        }
        return ids.stream().map(this::load).toList();
    }

    /**
     * Replaces what a DRAFT says; of a campaign that has started, only {@code maxInFlight}, {@code maxFailures} and the
     * waves' {@code minConfirmedShare} may change, with effect for the next decision.
     *
     * @throws StaleVersion if it is no longer at {@code version}
     */
    @Transactional
    public CampaignView edit(CampaignId id, long version, CampaignSpec spec) {
        Campaign campaign = lock(id, version);
        CampaignSpec before = campaign.spec();
        CampaignSpec after = withLastWave(spec);
        if (campaign.state() == CampaignState.DRAFT) {
            InvalidInput.throwIfAny(check(spec, id));
            campaign.replace(after, clock.now());
        } else if (campaign.state().isEnded()) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, "the campaign is %s".formatted(campaign.state()));
        } else {
            InvalidInput.throwIfAny(CampaignCheck.problems(spec));
            if (!after.equals(withLimits(before, after))) {
                throw new Conflict(
                        ProblemType.ILLEGAL_STATE,
                        "the campaign is %s: only maxInFlight, maxFailures and the minConfirmedShare of waves can change now"
                                .formatted(campaign.state()));
            }
            campaign.editLimits(after, clock.now());
            editGates(id, after.waves());
        }
        entities.flush();
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
     * first wave is open when this returns.
     *
     * @throws Conflict unless it is a DRAFT (or SCHEDULED, which starts it early) and its image is published
     */
    @Transactional
    public CampaignView start(CampaignId id) {
        CampaignView campaign = load(id);
        Instant startsAt = campaign.spec().startsAt();
        if (campaign.state() == CampaignState.DRAFT && startsAt != null && startsAt.isAfter(clock.now())) {
            move(id, "campaign.scheduled", CampaignState.SCHEDULED, null, null, CampaignState.DRAFT);
            return load(id);
        }
        begin(id);
        return load(id);
    }

    /** What a start comes to when its time has come; also called by the clockwork. */
    @Transactional
    public void begin(CampaignId id) {
        move(id, "campaign.started", CampaignState.RUNNING, null, null, CampaignState.DRAFT, CampaignState.SCHEDULED);
        CampaignView campaign = load(id);
        List<FieldProblem> image = imageProblems(campaign.spec());
        if (!image.isEmpty()) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE, "the image " + image.getFirst().message());
        }
        membership.fill(tenant(), id, campaign.spec());
        jdbc.sql("""
                        update wave set opened_at = now()
                        where tenant_id = :tenant and campaign_id = :campaign and ordinal = 0
                        """)
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .update();
        notes.allNodesChanged(tenant());
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
        move(id, "campaign.paused", CampaignState.PAUSED, reason, detail, CampaignState.RUNNING);
    }

    /** @throws Conflict unless it is PAUSED */
    @Transactional
    public CampaignView resume(CampaignId id) {
        move(id, "campaign.resumed", CampaignState.RUNNING, null, null, CampaignState.PAUSED);
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
                "campaign.aborted",
                CampaignState.ABORTED,
                "OPERATOR",
                "Aborted by %s.".formatted(CallContext.current().actor()),
                CampaignState.SCHEDULED,
                CampaignState.AWAITING_APPROVAL,
                CampaignState.RUNNING,
                CampaignState.PAUSED);
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
        Instant now = clock.now();
        checkOverride(reason, until, freezes, now);
        WindowOverride before = load(id).override();
        String by = CallContext.current().actor();
        UUID override = Ids.next();
        lockCounter(id);
        int changed = jdbc.sql("""
                        update campaign
                        set override_id = :override, override_reason = :reason, override_by = :by,
                            override_since = :now, override_until = :until, override_freezes = :freezes,
                            updated_at = now(), version = version + 1
                        where tenant_id = :tenant and id = :campaign and state in ('RUNNING', 'PAUSED')
                        """)
                .param("override", override)
                .param("reason", reason)
                .param("by", by)
                .param("now", now.atOffset(ZoneOffset.UTC))
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
        CampaignView after = load(id);
        audit.record("campaign.windows-overridden", "campaign", id, before, after.override());
        notes.campaignsChanged(tenant());
        return after;
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
        if (!freezes.isEmpty()) {
            Set<WindowId> known = new HashSet<>(jdbc.sql("""
                            select id from maintenance_window
                            where tenant_id = :tenant and kind = 'FREEZE' and id = any(:ids)
                            for key share
                            """)
                    .param("tenant", tenant().value())
                    .param("ids", freezes.stream().map(WindowId::value).toArray(UUID[]::new))
                    .query((row, number) -> new WindowId(row.getObject("id", UUID.class)))
                    .list());
            freezes.stream()
                    .filter(freeze -> !known.contains(freeze))
                    .forEach(freeze -> problems.add("/freezes", "there is no freeze " + freeze));
        }
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
                            override_until = null, override_freezes = null, updated_at = now(), version = version + 1
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
    private void lockCounter(CampaignId id) {
        jdbc.sql("select 1 from campaign_counter where tenant_id = :tenant and campaign_id = :campaign for update")
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .query(Integer.class)
                .optional();
    }

    /** Every member has come to an end. */
    @Transactional
    void complete(CampaignId id) {
        move(
                id,
                "campaign.completed",
                CampaignState.COMPLETED,
                null,
                null,
                CampaignState.RUNNING,
                CampaignState.PAUSED);
        grant(id, false);
    }

    private void move(
            CampaignId id,
            String action,
            CampaignState to,
            @Nullable String reason,
            @Nullable String detail,
            CampaignState... from) {
        List<String> states = Arrays.stream(from).map(Enum::name).toList();
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
        Map<String, Object> after = new LinkedHashMap<>();
        after.put("state", to);
        after.put("reason", reason);
        after.put("detail", detail);
        audit.record(action, "campaign", id, null, after);
        outbox.add(action, id, after);
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
        List<FieldProblem> problems = new ArrayList<>(CampaignCheck.problems(spec));
        imageProblems(spec).forEach(problems::add);
        boolean taken = jdbc.sql("""
                        select exists (select from campaign
                                       where tenant_id = :tenant and name = :name and id is distinct from :self)
                        """)
                .param("tenant", tenant().value())
                .param("name", spec.name())
                .param("self", self == null ? null : self.value(), java.sql.Types.OTHER)
                .query(Boolean.class)
                .single();
        if (taken) {
            throw new Conflict(ProblemType.CONFLICT, "there is a campaign named '%s' already".formatted(spec.name()));
        }
        return problems;
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
    private static CampaignSpec withLastWave(CampaignSpec spec) {
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
        return new CampaignSpec(
                spec.name(),
                spec.imageId(),
                spec.selector(),
                spec.allNodes(),
                waves,
                spec.maxInFlight(),
                spec.maxFailures(),
                spec.prestage(),
                spec.allowDowngrade(),
                spec.permitLimit(),
                spec.neededTime(),
                spec.bootDeadline(),
                spec.startsAt());
    }

    /** By SQL: members refer to the rows of the waves, which JPA would write anew. */
    private void editGates(CampaignId id, List<WaveSpec> waves) {
        for (int ordinal = 0; ordinal < waves.size(); ordinal++) {
            jdbc.sql("""
                            update wave set min_confirmed_share = :share
                            where tenant_id = :tenant and campaign_id = :campaign and ordinal = :ordinal
                            """)
                    .param("share", waves.get(ordinal).minConfirmedShare())
                    .param("tenant", tenant().value())
                    .param("campaign", id.value())
                    .param("ordinal", ordinal)
                    .update();
        }
    }

    /** The waves as they are, with the gates of others where these are as many. */
    private static List<WaveSpec> withGates(List<WaveSpec> waves, List<WaveSpec> gates) {
        if (waves.size() != gates.size()) {
            return waves;
        }
        List<WaveSpec> edited = new ArrayList<>();
        for (int i = 0; i < waves.size(); i++) {
            WaveSpec wave = waves.get(i);
            edited.add(new WaveSpec(wave.name(), wave.share(), gates.get(i).minConfirmedShare()));
        }
        return edited;
    }

    private static CampaignSpec withLimits(CampaignSpec spec, CampaignSpec limits) {
        return new CampaignSpec(
                spec.name(),
                spec.imageId(),
                spec.selector(),
                spec.allNodes(),
                withGates(spec.waves(), limits.waves()),
                limits.maxInFlight(),
                limits.maxFailures(),
                spec.prestage(),
                spec.allowDowngrade(),
                spec.permitLimit(),
                spec.neededTime(),
                spec.bootDeadline(),
                spec.startsAt());
    }

    private static TenantId tenant() {
        return CallContext.current().tenant();
    }
}
