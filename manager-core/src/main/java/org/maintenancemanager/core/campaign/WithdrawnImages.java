package org.maintenancemanager.core.campaign;

import java.util.List;
import java.util.UUID;
import org.maintenancemanager.core.image.Image;
import org.maintenancemanager.core.image.ImageUse;
import org.maintenancemanager.core.tenant.CallContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Pauses the campaigns of an image in the transaction that withdraws it, so that no permit comes after it. */
@Component
class WithdrawnImages implements ImageUse {
    private final Campaigns campaigns;
    private final JdbcClient jdbc;

    WithdrawnImages(Campaigns campaigns, JdbcClient jdbc) {
        this.campaigns = campaigns;
        this.jdbc = jdbc;
    }

    @Override
    public void imageWithdrawn(Image image) {
        List<UUID> running = jdbc.sql("""
                        select id from campaign
                        where tenant_id = :tenant and image_id = :image and state = 'RUNNING'
                        order by id
                        for no key update
                        """)
                .param("tenant", CallContext.current().tenant().value())
                .param("image", image.id().value())
                .query(UUID.class)
                .list();
        for (UUID campaign : running) {
            campaigns.pause(
                    new CampaignId(campaign),
                    "IMAGE_WITHDRAWN",
                    "Image %s %s was withdrawn.".formatted(image.family(), image.version()));
        }
    }
}
