package org.maintenancemanager.simulate;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportResponse;
import org.maintenancemanager.core.campaign.ApprovalRule;
import org.maintenancemanager.core.campaign.ApprovalRules;
import org.maintenancemanager.core.campaign.CampaignApprovals;
import org.maintenancemanager.core.campaign.CampaignClockwork;
import org.maintenancemanager.core.campaign.CampaignGuard;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.CampaignWaves;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.campaign.RollBacks;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.Images;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.node.Nodes;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.VirtualClock;
import org.maintenancemanager.core.update.CampaignMembers;
import org.maintenancemanager.core.update.Chores;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.PollAnswer;
import org.maintenancemanager.core.update.PollDesk;
import org.maintenancemanager.core.update.ReportIntake;
import org.maintenancemanager.core.update.UpdateClockwork;
import org.maintenancemanager.core.window.Window;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceDraft;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetDraft;
import org.maintenancemanager.core.window.WindowDraft.TargetType;
import org.maintenancemanager.core.window.Windows;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The services on PostgreSQL, with a tenant of their own for each script. What they remember lags behind as it may. */
final class Services implements Manager {
    private final Script script;
    private final ApplicationContext context;
    private final JdbcClient jdbc;
    private final TestTenant tenant;
    private final List<UUID> nodes = new ArrayList<>();
    private final List<ImageId> images = new ArrayList<>();
    private final List<CampaignId> campaigns = new ArrayList<>();
    private final List<Window> freezes = new ArrayList<>();
    private Instant now;
    private boolean isTold;
    private String epoch = "";

    Services(Script script, ApplicationContext context, JdbcClient jdbc) {
        this.script = script;
        this.context = context;
        this.jdbc = jdbc;
        this.now = script.begins();
        tellTheTime();
        this.tenant = TestTenant.create(jdbc);
        jdbc.sql("update tenant set max_in_flight = nullif(:cap, 0) where id = :id")
                .param("cap", script.tenantCap())
                .param("id", tenant.id().value())
                .update();
        Map<String, UUID> sites = new HashMap<>();
        Script.SITES.forEach(site -> sites.put(site.path(), tenant.site(site.path(), site.zone())));
        sites.put("/eu", tenant.site("/eu", "Europe/Berlin"));
        sites.put("/us", tenant.site("/us", "America/New_York"));
        for (int image = 0; image < Script.RELEASES.length; image++) {
            images.add(image(image));
        }
        for (int node = 0; node < script.nodes(); node++) {
            nodes.add(node(node, sites));
        }
        script.budgets().forEach(limit -> budget(sites, limit));
        as("ann", () -> {
            if (script.approvesDowngrades()) {
                bean(ApprovalRules.class).change(0, new ApprovalRule(null, null, true, false, 0));
            }
            for (Script.Daily daily : script.windows()) {
                bean(Windows.class).create(List.of(daily(daily)));
            }
            for (int number = 0; number < Script.CAMPAIGNS; number++) {
                campaigns.add(bean(Campaigns.class)
                        .create(script.spec(number, images.get(script.imageOf(number))))
                        .id());
            }
            return true;
        });
    }

    TestTenant tenant() {
        return tenant;
    }

    /** Nothing of it happens any more, whatever the time. */
    void close() {
        jdbc.sql(
                        "update campaign set state = 'ABORTED' where tenant_id = :tenant and state not in ('DRAFT', 'COMPLETED')")
                .param("tenant", tenant.id().value())
                .update();
        jdbc.sql("update permit set ended_at = granted_at where tenant_id = :tenant and ended_at is null")
                .param("tenant", tenant.id().value())
                .update();
        jdbc.sql("delete from phase_clock where tenant_id = :tenant")
                .param("tenant", tenant.id().value())
                .update();
    }

    private ImageId image(int number) {
        UUID id = Ids.next();
        jdbc.sql("""
                        insert into image (tenant_id, id, family, image_version, release_counter, architecture,
                                           size_bytes, sha256, url, state)
                        values (:tenant, :id, 'edge', :version, :counter, 'x86_64', 1000, :digest,
                                'https://images.example.com/edge.raw', 'PUBLISHED')
                        """)
                .param("tenant", tenant.id().value())
                .param("id", id)
                .param("version", String.valueOf(Script.RELEASES[number]))
                .param("counter", Script.RELEASES[number])
                .param("digest", sha256(number))
                .update();
        return new ImageId(id);
    }

    private UUID node(int number, Map<String, UUID> sites) {
        UUID node = tenant.node(
                "node-" + number,
                Objects.requireNonNull(sites.get(script.site(number).path())));
        jdbc.sql("""
                        with session as (
                            insert into node_session (tenant_id, node_id) values (:tenant, :node)
                        ), slot as (
                            insert into node_slot (tenant_id, node_id, slot, state, image_sha256)
                            values (:tenant, :node, 'A', 'ACTIVE', :digest)
                        )
                        update node set hardware = :hardware, labels = jsonb_build_object('ring', cast(:ring as text))
                        where id = :node
                        """)
                .param("tenant", tenant.id().value())
                .param("node", node)
                .param("digest", sha256(Script.FIRST_IMAGE))
                .param("hardware", script.hardware(number))
                .param("ring", String.valueOf(script.ring(number)))
                .update();
        return node;
    }

    private void budget(Map<String, UUID> sites, Script.Limit limit) {
        jdbc.sql("""
                        insert into budget (tenant_id, id, name, site_id, max_in_flight)
                        values (:tenant, :id, :name, :site, :most)
                        """)
                .param("tenant", tenant.id().value())
                .param("id", Ids.next())
                .param("name", limit.site())
                .param("site", sites.get(limit.site()))
                .param("most", limit.most())
                .update();
    }

    private static WindowDraft daily(Script.Daily daily) {
        return window(
                "daily " + daily.site() + daily.opens(),
                Kind.PERMIT,
                new RecurrenceDraft(
                        RecurrenceType.RRULE,
                        "2026-01-01T" + daily.opens() + ":00",
                        null,
                        null,
                        null,
                        "FREQ=DAILY",
                        null,
                        null,
                        null),
                daily.lasts().toString(),
                "NODE_LOCAL",
                daily.site().isEmpty()
                        ? new TargetDraft(TargetType.TENANT, null, null, null)
                        : new TargetDraft(TargetType.SITE, daily.site(), null, null));
    }

    private static WindowDraft window(
            String name,
            Kind kind,
            RecurrenceDraft recurrence,
            @Nullable String lasts,
            String zone,
            TargetDraft target) {
        return new WindowDraft(name, kind, recurrence, lasts, zone, target, null, null, null);
    }

    private <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    private boolean as(String person, java.util.concurrent.Callable<Boolean> what) {
        return tenant.asOther(person, what);
    }

    @Override
    public void now(Instant later) {
        now = later;
        isTold = false;
    }

    /** Only when somebody asks: most of what happens never gets here. */
    private void tellTheTime() {
        if (!isTold) {
            VirtualTime.set(jdbc, bean(VirtualClock.class), now);
            isTold = true;
        }
    }

    private KnownNode known(int node) {
        return new KnownNode(tenant.id(), new NodeId(nodes.get(node)), NodeState.ACTIVE);
    }

    private boolean isShutOut(int node) {
        return jdbc.sql("select state = 'DECOMMISSIONED' from node where id = :id")
                .param("id", nodes.get(node))
                .query(Boolean.class)
                .single();
    }

    @Override
    public Reply poll(int replica, int node, String boot, long lastSeq, long known) {
        var nothing = new Reply(null, 0, null, -1, 0, 0, epoch);
        if (isShutOut(node)) {
            return nothing;
        }
        tellTheTime();
        Chores.hear(context);
        PollAnswer answer = bean(PollDesk.class).poll(known(node), new PollRequest(boot, lastSeq, known));
        return switch (answer) {
            case PollAnswer.Unchanged it -> nothing;
            case PollAnswer.Overloaded it -> nothing;
            case PollAnswer.Changed changed -> {
                PollResponse told = changed.response();
                epoch = told.serverEpoch();
                yield new Reply(
                        told.directive(),
                        told.assignmentVersion(),
                        told.updateId() == null ? null : UUID.fromString(told.updateId()),
                        told.image() == null
                                ? -1
                                : Integer.parseInt(told.image().sha256().substring(0, 1)),
                        told.permit() == null ? 0 : told.permit().validForSeconds(),
                        told.ackedSeq(),
                        epoch);
            }
        };
    }

    @Override
    public Receipt report(int replica, int node, List<Report> reports, @Nullable NodeFacts facts) {
        if (isShutOut(node)) {
            return new Receipt(0, epoch, false);
        }
        tellTheTime();
        try {
            ReportResponse stored = bean(ReportIntake.class).submit(known(node), new ReportRequest(reports, facts));
            epoch = stored.serverEpoch();
            return new Receipt(stored.ackedSeq(), epoch, false);
        } catch (NotFound notItsOwn) {
            return new Receipt(0, epoch, true);
        }
    }

    @Override
    public void tick(int replica) {
        tellTheTime();
        Chores.writePresence(context);
        bean(CampaignClockwork.class).tick();
        bean(UpdateClockwork.class).tick();
        Chores.sweep(context, tenant.id());
    }

    @Override
    public boolean act(Script.Act act) {
        tellTheTime();
        try {
            return as(act.by(), () -> perform(act));
        } catch (Conflict | InvalidInput | NotFound | StaleVersion refused) {
            return false;
        }
    }

    private boolean perform(Script.Act act) {
        CampaignId campaign = campaigns.get(Math.floorMod(act.first(), campaigns.size()));
        var node = new NodeId(nodes.get(Math.floorMod(act.first(), nodes.size())));
        Campaigns them = bean(Campaigns.class);
        switch (act.verb()) {
            case START -> them.start(campaign);
            case PAUSE -> them.pause(campaign);
            case RESUME -> them.resume(campaign);
            case ABORT -> them.abort(campaign);
            case APPROVE -> bean(CampaignApprovals.class).approve(campaign, null, "fine", null);
            case DENY -> bean(CampaignApprovals.class).deny(campaign, null, "not now");
            case PROMOTE -> bean(CampaignWaves.class).promote(campaign, null, "in a hurry");
            case SKIP -> bean(CampaignWaves.class).skip(campaign, act.second(), "not needed");
            case LIMIT -> {
                CampaignView view = them.load(campaign);
                them.edit(campaign, view.version(), Script.limited(view.spec(), act.second()));
            }
            case RETRY -> bean(CampaignMembers.class).retryFailed(campaign, null);
            case EXCLUDE ->
                bean(CampaignMembers.class)
                        .exclude(campaign, List.of(nodes.get(Math.floorMod(act.second(), nodes.size()))), "spare it");
            case HOLD -> bean(CampaignGuard.class).hold(campaign, Cohort.Kind.HARDWARE, "hw-" + act.second(), "doubt");
            case LET_GO -> bean(CampaignGuard.class).release(campaign, Cohort.Kind.HARDWARE, "hw-" + act.second());
            case OVERRIDE ->
                them.overrideWindows(campaign, "urgent", now.plus(Duration.ofHours(act.second())), Set.of());
            case CLEAR_OVERRIDE -> them.clearOverride(campaign);
            case ROLL_BACK -> bean(RollBacks.class).rollBack(campaign, "was better");
            case QUARANTINE -> bean(Nodes.class).decide(node, Nodes.Decision.QUARANTINE, "doubt");
            case RELEASE -> bean(Nodes.class).decide(node, Nodes.Decision.RELEASE, "fine");
            case DECOMMISSION -> bean(Nodes.class).decide(node, Nodes.Decision.DECOMMISSION, "gone");
            case CLEAR_BLOCKS -> bean(Nodes.class).clearBlocks(node);
            case WITHDRAW -> bean(Images.class).withdraw(images.get(act.first()));
            case FREEZE -> {
                Instant from = now.plus(Duration.ofHours(act.first())).truncatedTo(ChronoUnit.MINUTES);
                freezes.addAll(bean(Windows.class)
                        .create(List.of(window(
                                "freeze " + now,
                                Kind.FREEZE,
                                new RecurrenceDraft(
                                        RecurrenceType.ONE_SHOT,
                                        Model.utc(from).toString(),
                                        Model.utc(from.plus(Duration.ofHours(act.second())))
                                                .toString(),
                                        null,
                                        null,
                                        null,
                                        null,
                                        null,
                                        null),
                                null,
                                "UTC",
                                new TargetDraft(TargetType.TENANT, null, null, null)))));
            }
            case THAW -> {
                freezes.forEach(freeze -> bean(Windows.class).delete(freeze.id(), freeze.revision()));
                freezes.clear();
            }
            case SKEW, BACK_UP, RESTORE, CUT, AWAY, LOSE_REQUEST, LOSE_ANSWER, REPEAT, DELAY, CROWD, CRASH, STALL ->
                throw new IllegalArgumentException(act + " is nothing that one asks of services");
        }
        return true;
    }

    @Override
    public String sha256(int image) {
        return String.valueOf(image).repeat(64);
    }

    @Override
    public Map<String, String> picture() {
        Map<String, String> picture = new TreeMap<>();
        jdbc.sql("""
                        select n.name || ' in ' || c.name || ' attempt ' || u.attempt as what, u.state
                        from node_update u
                        join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                        join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id)
                        where u.tenant_id = :tenant
                        """).param("tenant", tenant.id().value()).query(row -> {
            picture.put(row.getString("what"), row.getString("state"));
        });
        return picture;
    }
}
