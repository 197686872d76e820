package org.maintenancemanager.core.campaign;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.Outbox;
import org.maintenancemanager.core.image.Channel;
import org.maintenancemanager.core.image.ChannelId;
import org.maintenancemanager.core.image.ChannelUse;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.image.Images;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.query.ViolatedConstraint;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The policies of the tenant of the call. What is promoted to a policy's channel becomes a campaign in the same transaction, and
 * the campaign before ends as soon as the new one begins.
 */
@Service
public class Policies implements ChannelUse {
    /** In a tenant: each promotion looks at those of its channel. */
    public static final int MOST = 1000;

    private static final String KIND = "policy";
    private static final int LONGEST_CAMPAIGN_NAME = 200;

    private final ListQuery<Policy> list;
    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Campaigns campaigns;
    private final Images images;
    private final AuditLog audit;
    private final Outbox outbox;
    private final MeterRegistry meters;

    Policies(
            JdbcClient jdbc,
            JsonMapper json,
            Campaigns campaigns,
            Images images,
            AuditLog audit,
            Outbox outbox,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.json = json;
        this.campaigns = campaigns;
        this.images = images;
        this.audit = audit;
        this.outbox = outbox;
        this.meters = meters;
        list = ListQuery.of(
                        KIND,
                        "policy p join channel h on (h.tenant_id, h.id) = (p.tenant_id, p.channel_id)",
                        (row, number) -> policy(row))
                .columns("""
                        p.*, h.name as channel_name, h.family, h.image_id,
                        (select c.id from campaign c where (c.tenant_id, c.policy_id) = (p.tenant_id, p.id)
                         order by c.created_at desc, c.id desc limit 1) as campaign_id
                        """)
                .tenant("p.tenant_id")
                .id("p.id")
                .field("id", "p.id", FieldType.UUID)
                .field("name", "p.name", FieldType.TEXT)
                .field("channelId", "p.channel_id", FieldType.UUID)
                .field("channel", "h.name", FieldType.TEXT)
                .field("family", "h.family", FieldType.TEXT)
                .field("enabled", "p.enabled", FieldType.BOOLEAN)
                .field("createdAt", "p.created_at", FieldType.INSTANT)
                .field("updatedAt", "p.updated_at", FieldType.INSTANT)
                .sort("name")
                .build();
    }

    /** @throws NotFound if the tenant has no such policy */
    public Policy load(PolicyId id) {
        return list.load(jdbc, tenant(), id.value());
    }

    public Page<Policy> list(ListRequest request) {
        return list.fetch(jdbc, tenant(), request);
    }

    /** The policy that made a campaign, if it is still there. */
    public Optional<Policy> findOf(CampaignId campaign) {
        return jdbc.sql("select policy_id from campaign where tenant_id = :tenant and id = :campaign")
                .param("tenant", tenant().value())
                .param("campaign", campaign.value())
                .query((row, number) -> Optional.ofNullable(row.getObject("policy_id", UUID.class)))
                .optional()
                .flatMap(id -> id)
                .map(id -> load(new PolicyId(id)));
    }

    /** Creates all of them, or none. Where the channel has an image already, the nodes begin to follow it. */
    @Transactional
    public List<Policy> create(List<PolicyDraft> drafts) {
        var problems = new Problems();
        for (int i = 0; i < drafts.size(); i++) {
            check("/" + i, drafts.get(i), problems);
        }
        problems.throwIfAny();
        requireRoom(drafts.size());
        List<Policy> created = new ArrayList<>();
        for (PolicyDraft draft : drafts) {
            PolicyId id = new PolicyId(Ids.next());
            write(
                    draft,
                    () -> jdbc.sql("""
                            insert into policy
                                (tenant_id, id, name, channel_id, selector, all_nodes, enabled, template)
                            values (:tenant, :id, :name, :channel, :selector, :allNodes, :enabled, cast(:template as jsonb))
                            """)
                            .param("tenant", tenant().value())
                            .param("id", id.value())
                            .params(columns(draft))
                            .update());
            addAuthor(id);
            Policy policy = load(id);
            record("created", id, null, policy);
            follow(id, "policy", false);
            created.add(load(id));
        }
        return List.copyOf(created);
    }

    /**
     * Changes what is said of it. Other nodes, another channel or another template make another campaign; a policy that is
     * disabled leaves its campaign as it is.
     *
     * @param revision that the caller saw
     * @param change gets what is said now, and gives what shall be said
     */
    @Transactional
    public Policy change(PolicyId id, long revision, UnaryOperator<PolicyDraft> change) {
        Policy before = lock(id);
        if (before.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        PolicyDraft wanted = change.apply(before.draft());
        var problems = new Problems();
        check("", wanted, problems);
        problems.throwIfAny();
        if (wanted.equals(before.draft())) {
            return before;
        }
        write(
                wanted,
                () -> jdbc.sql("""
                        update policy
                        set name = :name, channel_id = :channel, selector = :selector, all_nodes = :allNodes,
                            enabled = :enabled, template = cast(:template as jsonb), updated_at = now(),
                            version = version + 1
                        where tenant_id = :tenant and id = :id
                        """)
                        .param("tenant", tenant().value())
                        .param("id", id.value())
                        .params(columns(wanted))
                        .update());
        addAuthor(id);
        Policy after = load(id);
        record("changed", id, before, after);
        boolean otherwise = !after.selector().equals(before.selector())
                || after.allNodes() != before.allNodes()
                || !after.template().equals(before.template());
        follow(id, "policy", otherwise);
        return load(id);
    }

    /** Nobody follows the channel by it any more. Its campaigns stay as they are. */
    @Transactional
    public void delete(PolicyId id, long revision) {
        Policy before = lock(id);
        if (before.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        jdbc.sql("delete from policy where tenant_id = :tenant and id = :id")
                .param("tenant", tenant().value())
                .param("id", id.value())
                .update();
        record("deleted", id, before, null);
    }

    @Override
    @Transactional(propagation = Propagation.MANDATORY)
    public void channelMoved(Channel channel) {
        jdbc.sql("select id from policy where tenant_id = :tenant and channel_id = :channel and enabled order by id")
                .param("tenant", tenant().value())
                .param("channel", channel.id().value())
                .query(UUID.class)
                .list()
                .forEach(id -> follow(new PolicyId(id), "promotion", false));
    }

    /**
     * Makes the campaign that brings the policy's nodes to what its channel points to, unless there is one.
     *
     * @param cause for the metrics: policy, promotion, nodes
     * @param anew even if the latest is for this image, since it says something else, or is over
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void follow(PolicyId id, String cause, boolean anew) {
        Policy policy = lock(id);
        if (!policy.enabled() || policy.image() == null) {
            return;
        }
        ImageFacts image = images.facts(policy.image());
        if (image.state() != ImageState.PUBLISHED) {
            return;
        }
        record Made(CampaignId id, CampaignState state, ImageId image) {}
        List<Made> made = jdbc.sql("""
                        select id, state, image_id from campaign
                        where tenant_id = :tenant and policy_id = :policy
                        order by created_at desc, id desc
                        limit 100
                        """)
                .param("tenant", tenant().value())
                .param("policy", id.value())
                .query((row, number) -> new Made(
                        new CampaignId(row.getObject("id", UUID.class)),
                        CampaignState.valueOf(row.getString("state")),
                        new ImageId(row.getObject("image_id", UUID.class))))
                .list();
        boolean there = !made.isEmpty() && made.getFirst().image().equals(image.id());
        if (there && !anew) {
            return;
        }
        // What has not begun yet is never to begin; what runs ends when the new one begins.
        made.stream()
                .filter(one -> one.state() == CampaignState.AWAITING_APPROVAL || one.state() == CampaignState.SCHEDULED)
                .forEach(one -> campaigns.supersede(one.id(), policy.name(), image.version()));
        CampaignSpec spec = policy.template()
                .spec(
                        freeName(policy.name() + " " + image.version()),
                        image.id(),
                        policy.selector(),
                        policy.allNodes());
        CampaignId campaign = campaigns.createFor(id, spec).id();
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("campaign", campaign.value());
        said.put("image", image.id().value());
        said.put("version", image.version());
        audit.record("policy.followed", KIND, id, null, said);
        outbox.add("policy.followed", id, said);
        campaigns.start(campaign);
        Counter.builder("manager.policy.campaigns")
                .tag("cause", cause)
                .description("campaigns that policies made, by what made them")
                .register(meters)
                .increment();
    }

    /** A name that no campaign has. */
    private String freeName(String wanted) {
        String name = wanted.length() <= LONGEST_CAMPAIGN_NAME - 10
                ? wanted
                : wanted.substring(0, LONGEST_CAMPAIGN_NAME - 10).strip();
        return jdbc.sql("""
                        select case when n = 1 then :name else :name || ' (' || n || ')' end
                        from generate_series(1, 100000) as n
                        where not exists (
                            select from campaign
                            where tenant_id = :tenant
                              and campaign.name = case when n = 1 then :name else :name || ' (' || n || ')' end)
                        order by n
                        limit 1
                        """)
                .param("name", name)
                .param("tenant", tenant().value())
                .query(String.class)
                .single();
    }

    private void check(String pointer, PolicyDraft draft, Problems problems) {
        draft.check(pointer, problems);
        campaigns
                .escalationProblems(draft.template().schedule())
                .forEach(problem -> problems.add(pointer + "/template" + problem.pointer(), problem.message()));
        ChannelId channel = draft.channel();
        if (channel != null) {
            boolean known = jdbc.sql("select true from channel where tenant_id = :tenant and id = :id for key share")
                    .param("tenant", tenant().value())
                    .param("id", channel.value())
                    .query(Boolean.class)
                    .optional()
                    .isPresent();
            if (!known) {
                problems.add(pointer + "/channelId", "there is no channel " + channel);
            }
        }
    }

    private void requireRoom(int more) {
        int present = jdbc.sql("select count(*) from policy where tenant_id = :tenant")
                .param("tenant", tenant().value())
                .query(Integer.class)
                .single();
        if (present + more > MOST) {
            throw new Conflict(
                    ProblemType.QUOTA_EXCEEDED,
                    "A tenant may have %d policies and this one has %d; %d more would be too many."
                            .formatted(MOST, present, more));
        }
    }

    private Map<String, Object> columns(PolicyDraft checked) {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("name", Objects.requireNonNull(checked.name()));
        columns.put("channel", Objects.requireNonNull(checked.channel()).value());
        columns.put("selector", checked.selector());
        columns.put("allNodes", checked.allNodes());
        columns.put("enabled", checked.enabled());
        columns.put("template", json.writeValueAsString(checked.template()));
        return columns;
    }

    private static void write(PolicyDraft draft, Runnable statement) {
        try {
            statement.run();
        } catch (DataIntegrityViolationException refusal) {
            if (ViolatedConstraint.of(refusal).kind() != ViolatedConstraint.Kind.UNIQUE) {
                throw refusal;
            }
            throw new Conflict(ProblemType.CONFLICT, "There can be only one policy named %s.".formatted(draft.name()));
        }
    }

    /** Locked against everybody else who changes it, or has it followed. */
    private Policy lock(PolicyId id) {
        jdbc.sql("select from policy where tenant_id = :tenant and id = :id for update")
                .param("tenant", tenant().value())
                .param("id", id.value())
                .query((row, number) -> "")
                .list();
        return load(id);
    }

    private void addAuthor(PolicyId id) {
        jdbc.sql("""
                        update policy
                        set authors = array_append(array_remove(authors, :actor), :actor),
                            author_subjects = array_append(author_subjects, :subject)
                        where tenant_id = :tenant and id = :id and :subject <> all (author_subjects)
                        """)
                .param("actor", CallContext.current().actor())
                .param("subject", CallContext.current().subject())
                .param("tenant", tenant().value())
                .param("id", id.value())
                .update();
    }

    private void record(String action, PolicyId id, @Nullable Policy before, @Nullable Policy after) {
        audit.record("policy." + action, KIND, id, before, after);
        outbox.add("policy." + action, id, Objects.requireNonNull(after == null ? before : after));
    }

    private Policy policy(ResultSet row) throws SQLException {
        UUID image = row.getObject("image_id", UUID.class);
        UUID campaign = row.getObject("campaign_id", UUID.class);
        return new Policy(
                new PolicyId(row.getObject("id", UUID.class)),
                row.getString("name"),
                new ChannelId(row.getObject("channel_id", UUID.class)),
                row.getString("channel_name"),
                row.getString("family"),
                image == null ? null : new ImageId(image),
                row.getString("selector"),
                row.getBoolean("all_nodes"),
                row.getBoolean("enabled"),
                json.readValue(row.getString("template"), CampaignTemplate.class),
                campaign == null ? null : new CampaignId(campaign),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }

    private static TenantId tenant() {
        return CallContext.current().tenant();
    }
}
