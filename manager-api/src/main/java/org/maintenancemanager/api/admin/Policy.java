package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Nodes like these follow this channel: what is promoted to it becomes a campaign.
 *
 * @param channel the channel's name
 * @param family of the channel's images
 * @param imageId that the channel points to; absent: none yet
 * @param selector which nodes; absent together with {@code allNodes}
 * @param enabled whether it makes campaigns
 * @param template what its campaigns say
 * @param campaignId the latest campaign that it made; absent: none yet
 * @param revision the ETag's number
 */
public record Policy(
        UUID id,
        String name,
        UUID channelId,
        String channel,
        String family,
        @Nullable UUID imageId,
        @Nullable String selector,
        boolean allNodes,
        boolean enabled,
        NewCampaign template,
        @Nullable UUID campaignId,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}
