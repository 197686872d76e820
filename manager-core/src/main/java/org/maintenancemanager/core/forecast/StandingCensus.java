package org.maintenancemanager.core.forecast;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.NodeGrouping;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Counts where the nodes of a campaign stand, in one statement. */
@Component
class StandingCensus {
    private static final int ROWS_AT_ONCE = 2000;

    private final JdbcClient jdbc;

    StandingCensus(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Where nodes stand, whether they were heard of or not. */
    enum Place {
        TO_DOWNLOAD,
        READY,
        IN_FLIGHT,
        CONFIRMED,
        FAILED,
        /** It cannot go on before a person does something: quarantined, blocked, in a cohort that is held. */
        HELD
    }

    /** When a node was heard of. */
    enum Heard {
        HERE,
        AWAY,
        SILENT
    }

    /**
     * Nodes that are counted together.
     *
     * @param step the image that they are being brought to
     * @param silentSeconds how long nothing was heard of them, added up
     * @param permitSeconds how long they have had their permits, added up
     */
    record Group(
            Selectable nodes,
            int wave,
            Place place,
            Heard heard,
            ImageId step,
            int many,
            double silentSeconds,
            double permitSeconds) {}

    /** Each member that is not left out is in exactly one of the groups that the visitor gets. */
    @Transactional(readOnly = true)
    public void forEach(
            TenantId tenant,
            CampaignId campaign,
            NodeGrouping grouping,
            Duration awayAfter,
            Duration silentAfter,
            Consumer<Group> visitor) {
        boolean anyHeld = jdbc.sql("""
                        select exists (select from guard_cohort
                                       where tenant_id = :tenant and campaign_id = :campaign and held_at is not null)
                        """)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .query(Boolean.class)
                .single();
        jdbc.sql("select set_config('work_mem', '64MB', true)")
                .query(String.class)
                .single();
        RowCallbackHandler visit = row -> visitor.accept(group(row, grouping));
        jdbc.sql("""
                        select g.*, s.path, s.zone as site_zone
                        from (
                            select %1$s, image_id, wave, place, heard, count(*) as nodes, sum(silent_seconds) as silent_seconds,
                                   sum(permit_seconds) as permit_seconds
                            from (
                                select %2$s, u.image_id, u.wave,
                                       case when u.state = 'CONFIRMED' then 'CONFIRMED'
                                            when u.state in ('FAILED', 'ROLLED_BACK', 'LOST') then 'FAILED'
                                            when u.permit_id is not null then 'IN_FLIGHT'
                                            when n.state <> 'ACTIVE' or block.node_id is not null
                                                 or :anyHeld and exists (
                                                     select from guard_cohort held
                                                     where held.tenant_id = u.tenant_id
                                                       and held.campaign_id = u.campaign_id and held.held_at is not null
                                                       and held.cohort = case held.kind
                                                           when 'HARDWARE' then coalesce(n.hardware, '')
                                                           when 'SOURCE' then coalesce(u.from_sha256, '')
                                                           else (select site.path from site
                                                                 where (site.tenant_id, site.id) = (n.tenant_id, n.site_id))
                                                           end)
                                                then 'HELD'
                                            when u.state in ('OFFERED', 'DOWNLOADING') then 'TO_DOWNLOAD'
                                            else 'READY' end as place,
                                       case when seen.last_seen_at > now() - make_interval(secs => :awaySeconds) then 'HERE'
                                            when seen.last_seen_at > now() - make_interval(secs => :silentSeconds) then 'AWAY'
                                            else 'SILENT' end as heard,
                                       extract(epoch from now() - seen.last_seen_at) as silent_seconds,
                                       extract(epoch from now() - p.granted_at) as permit_seconds
                                from node_update u
                                join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id)
                                left join node_presence seen
                                    on (seen.tenant_id, seen.node_id) = (u.tenant_id, u.node_id)
                                left join permit p on (p.tenant_id, p.id) = (u.tenant_id, u.permit_id)
                                left join node_block block
                                    on (block.tenant_id, block.node_id, block.image_id)
                                       = (u.tenant_id, u.node_id, u.image_id)
                                where u.tenant_id = :tenant and u.campaign_id = :campaign
                                  and u.state not in ('SKIPPED', 'CANCELED', 'SUPERSEDED')
                                  -- A node that tries again counts where its last try stands.
                                  and not exists (select from node_update later
                                                  where (later.tenant_id, later.campaign_id, later.wave, later.node_id)
                                                        = (u.tenant_id, u.campaign_id, u.wave, u.node_id)
                                                    and later.attempt > u.attempt)
                            ) member
                            group by %1$s, image_id, wave, place, heard
                        ) g
                        join site s on s.tenant_id = :tenant and s.id = g.g_site
                        """.formatted(grouping.names(), grouping.columns()))
                .withFetchSize(ROWS_AT_ONCE)
                .params(grouping.params())
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .param("anyHeld", anyHeld)
                .param("awaySeconds", awayAfter.toSeconds())
                .param("silentSeconds", silentAfter.toSeconds())
                .query(visit);
    }

    private static Group group(ResultSet row, NodeGrouping grouping) throws SQLException {
        int many = row.getInt("nodes");
        return new Group(
                grouping.group(row, row.getString("path"), row.getString("site_zone"), many),
                row.getInt("wave"),
                Place.valueOf(row.getString("place")),
                Heard.valueOf(row.getString("heard")),
                new ImageId(row.getObject("image_id", UUID.class)),
                many,
                row.getDouble("silent_seconds"),
                row.getDouble("permit_seconds"));
    }
}
