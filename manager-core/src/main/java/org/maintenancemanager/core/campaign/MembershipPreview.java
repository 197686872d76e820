package org.maintenancemanager.core.campaign;

import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.NodeGrouping;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Who would be a member of a campaign, and of which wave, if it started now. Writes nothing. */
@Component
public class MembershipPreview {
    private final Membership membership;
    private final JdbcClient jdbc;

    MembershipPreview(Membership membership, JdbcClient jdbc) {
        this.membership = membership;
        this.jdbc = jdbc;
    }

    /** When a node was heard of. */
    public enum Presence {
        HERE,
        AWAY,
        SILENT
    }

    /**
     * Nodes that are counted together.
     *
     * @param nodes with what the grouping tells apart
     * @param skip why they would have nothing to do, {@code ALREADY_RUNNING}; null: they would be members
     * @param firstStep the image that they install first where it is not the campaign's own
     * @param steps how many images they install one after the other; 0: no way leads them there
     * @param many how many they are
     * @param silentSeconds how long nothing was heard of them, added up
     */
    public record Group(
            Selectable nodes,
            int wave,
            @Nullable String skip,
            @Nullable ImageId firstStep,
            int steps,
            Presence presence,
            int many,
            double silentSeconds) {}

    /**
     * How many nodes the campaign's selector chooses, or {@code most} if there are more.
     *
     * @param rollbackOf the campaign whose nodes it would bring back; null: none
     */
    @Transactional(readOnly = true)
    public int matching(TenantId tenant, CampaignSpec spec, @Nullable CampaignId rollbackOf, int most) {
        return membership.matching(tenant, spec, rollbackOf, most);
    }

    /**
     * Each node that the selector chooses is in exactly one of the groups that the visitor gets.
     *
     * @param rollbackOf the campaign whose nodes it would bring back; null: none
     * @param seed of the lottery that chooses among nodes that are alike
     */
    @Transactional(readOnly = true)
    public void forEach(
            TenantId tenant,
            CampaignSpec spec,
            @Nullable CampaignId rollbackOf,
            long seed,
            NodeGrouping grouping,
            Duration awayAfter,
            Duration silentAfter,
            Consumer<Group> visitor) {
        // The strata are sorted and counted: in the usual 4 MB that goes through files.
        jdbc.sql("select set_config('work_mem', '64MB', true)")
                .query(String.class)
                .single();
        membership.preview(tenant, spec, rollbackOf, seed, grouping, awayAfter, silentAfter, row -> {
            int many = row.getInt("nodes");
            UUID step = row.getObject("step", UUID.class);
            visitor.accept(new Group(
                    grouping.group(row, row.getString("path"), row.getString("site_zone"), many),
                    row.getInt("wave"),
                    row.getString("skip"),
                    step == null ? null : new ImageId(step),
                    row.getInt("steps"),
                    Presence.valueOf(row.getString("presence")),
                    many,
                    row.getDouble("silent_seconds")));
        });
    }
}
