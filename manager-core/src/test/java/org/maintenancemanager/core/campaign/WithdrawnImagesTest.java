package org.maintenancemanager.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.image.Image;
import org.maintenancemanager.core.image.ImageDraft;
import org.maintenancemanager.core.image.Images;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class WithdrawnImagesTest {
    private final Images images;
    private final JdbcClient jdbc;
    private final TestTenant tenant;

    WithdrawnImagesTest(Images images, JdbcClient jdbc) {
        this.images = images;
        this.jdbc = jdbc;
        tenant = TestTenant.create(jdbc);
    }

    @Test
    void withdrawalPausesTheRunningCampaignsOfTheImageAtOnce() {
        Image bad = published("1.0");
        UUID running = campaign(bad, "RUNNING");
        UUID ended = campaign(bad, "COMPLETED");
        UUID other = campaign(published("2.0"), "RUNNING");

        tenant.as(() -> images.withdraw(bad.id()));

        assertThat(campaignIs(running)).isEqualTo("PAUSED IMAGE_WITHDRAWN false");
        assertThat(campaignIs(ended)).isEqualTo("COMPLETED - true");
        assertThat(campaignIs(other)).isEqualTo("RUNNING - true");
        assertThat(tenant.audited(running)).containsExactly("campaign.paused");
    }

    private String campaignIs(UUID id) {
        return jdbc.sql("""
                        select format('%s %s %s', c.state, coalesce(c.state_reason, '-'),
                                      case when k.granting then 'true' else 'false' end)
                        from campaign c
                        join campaign_counter k on (k.tenant_id, k.campaign_id) = (c.tenant_id, c.id)
                        where c.id = :id
                        """).param("id", id).query(String.class).single();
    }

    private UUID campaign(Image image, String state) {
        UUID id = Ids.next();
        jdbc.sql("""
                        with c as (
                            insert into campaign (tenant_id, id, name, image_id, all_nodes, max_in_flight, state)
                            values (:tenant, :id, cast(:id as text), :image, true, 1, :state)
                        )
                        insert into campaign_counter (tenant_id, campaign_id, granting) values (:tenant, :id, true)
                        """)
                .param("tenant", tenant.id().value())
                .param("id", id)
                .param("image", image.id().value())
                .param("state", state)
                .update();
        return id;
    }

    private Image published(String version) {
        var draft = new ImageDraft(
                "edge-os",
                version,
                1L,
                "x86_64",
                null,
                5L,
                "0".repeat(64),
                null,
                null,
                "https://cdn.example/os.raw",
                null,
                null,
                null,
                null);
        return tenant.as(
                () -> images.publish(images.create(List.of(draft)).getFirst().id()));
    }
}
