package org.maintenancemanager.core.campaign;

import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** When campaigns ran and when they were held: what a download may take is measured in the time that they ran. */
@Component
class CampaignRuns {
    private final JdbcClient jdbc;

    CampaignRuns(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Called with each change of a campaign's state, in the same transaction. */
    void note(TenantId tenant, CampaignId campaign, CampaignState state) {
        String sql = state == CampaignState.RUNNING ? """
                insert into campaign_run (tenant_id, campaign_id, began_at) values (:tenant, :campaign, now())
                on conflict do nothing
                """ : """
                update campaign_run set ended_at = now()
                where tenant_id = :tenant and campaign_id = :campaign and ended_at is null
                """;
        jdbc.sql(sql)
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .update();
    }
}
