package org.maintenancemanager.core.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Brings the nodes of a campaign that is over back to what they ran before: one campaign for each image that they came
 * from, with a canary and a guard of its own, since each of these images may fail in its own way.
 */
@Service
public class RollBacks {
    private static final int LONGEST_NAME = 200;

    private final Campaigns campaigns;
    private final JdbcClient jdbc;
    private final AuditLog audit;

    RollBacks(Campaigns campaigns, JdbcClient jdbc, AuditLog audit) {
        this.campaigns = campaigns;
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /**
     * @param campaigns the drafts, that of the most nodes first
     * @param leftOut nodes whose former image is unknown or not published
     */
    public record RollBack(List<CampaignView> campaigns, int leftOut) {
        public RollBack {
            campaigns = List.copyOf(campaigns);
        }
    }

    private record Source(UUID image, String version, int nodes) {}

    /**
     * Makes drafts, which allow downgrades and have the limits of the campaign; a person starts them.
     *
     * @throws Conflict unless it is over, and some of its nodes still run its image and came from one that is published
     */
    @Transactional
    public RollBack rollBack(CampaignId id, String reason) {
        if (reason.isBlank() || reason.length() > 1000) {
            throw InvalidInput.at(
                    "/reason", "has %d characters; expected 1 to 1000 that say why".formatted(reason.length()));
        }
        CampaignView campaign = campaigns.lockAndLoad(id);
        CampaignAction.ROLL_BACK.check(campaign, CallContext.current().subject());
        int running = running(id);
        List<Source> sources = sources(id);
        if (sources.isEmpty()) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    running == 0
                            ? "none of its nodes runs its image any more"
                            : "of %d nodes that run its image, none came from an image that is known and published"
                                    .formatted(running));
        }
        List<CampaignView> made = new ArrayList<>();
        for (Source source : sources) {
            CampaignSpec spec = campaign.spec();
            CampaignView draft = campaigns.createRollback(
                    id,
                    new CampaignSpec(
                            name(spec.name(), source.version),
                            new ImageId(source.image),
                            "",
                            false,
                            List.of(),
                            spec.maxInFlight(),
                            spec.maxFailures(),
                            spec.prestage(),
                            true,
                            spec.permitLimit(),
                            spec.neededTime(),
                            spec.bootDeadline(),
                            null,
                            CampaignSchedule.DEFAULT));
            made.add(draft);
        }
        int covered = sources.stream().mapToInt(Source::nodes).sum();
        audit.record(
                "campaign.roll-back-drafted",
                "campaign",
                id,
                null,
                Map.of(
                        "reason",
                        reason,
                        "campaigns",
                        made.stream().map(draft -> draft.id().toString()).toList(),
                        "leftOut",
                        running - covered));
        return new RollBack(made, running - covered);
    }

    /** A name that no campaign has. */
    private String name(String of, String version) {
        String back = " back to " + version;
        String stem = of.substring(0, Math.min(of.length(), LONGEST_NAME - Math.min(back.length(), 110) - 5));
        back = back.substring(0, Math.min(back.length(), 110));
        for (int number = 1; ; number++) {
            String name = (stem + back).strip() + (number == 1 ? "" : " " + number);
            boolean taken = jdbc.sql("select exists (select from campaign where tenant_id = :tenant and name = :name)")
                    .param("tenant", tenant().value())
                    .param("name", name)
                    .query(Boolean.class)
                    .single();
            if (!taken) {
                return name;
            }
        }
    }

    private static final String STILL_RUNNING = """
            node_update forth
            join image there on (there.tenant_id, there.id) = (forth.tenant_id, forth.image_id)
            join node n on (n.tenant_id, n.id) = (forth.tenant_id, forth.node_id) and n.state = 'ACTIVE'
            join node_slot now on (now.tenant_id, now.node_id) = (forth.tenant_id, forth.node_id)
                and now.state = 'ACTIVE' and now.image_sha256 = there.sha256
            """;

    private int running(CampaignId id) {
        return jdbc.sql("""
                        select count(distinct forth.node_id) from %s
                        where forth.tenant_id = :tenant and forth.campaign_id = :campaign and forth.state = 'CONFIRMED'
                        """.formatted(STILL_RUNNING))
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .query(Integer.class)
                .single();
    }

    private List<Source> sources(CampaignId id) {
        return jdbc.sql("""
                        select back.id, back.image_version, count(distinct forth.node_id) as nodes
                        from %s
                        join lateral (
                            -- The bytes are what counts; of images that have the same, the newest.
                            select id, image_version from image
                            where image.tenant_id = forth.tenant_id and image.sha256 = forth.from_sha256
                              and image.state = 'PUBLISHED' and image.id <> forth.image_id
                            order by release_counter desc, id desc limit 1
                        ) back on true
                        where forth.tenant_id = :tenant and forth.campaign_id = :campaign and forth.state = 'CONFIRMED'
                        group by back.id, back.image_version
                        order by nodes desc, back.id
                        """.formatted(STILL_RUNNING))
                .param("tenant", tenant().value())
                .param("campaign", id.value())
                .query((row, number) -> new Source(
                        row.getObject("id", UUID.class), row.getString("image_version"), row.getInt("nodes")))
                .list();
    }

    private static TenantId tenant() {
        return CallContext.current().tenant();
    }
}
