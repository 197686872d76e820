package org.maintenancemanager.core.campaign;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.image.ChannelId;
import org.maintenancemanager.core.image.ImageId;

/**
 * Nodes like these follow this channel.
 *
 * @param channelName as people call it
 * @param family of the channel's images
 * @param image that the channel points to; null: none yet
 * @param enabled whether it makes campaigns
 * @param campaign the latest that it made; null: none yet
 * @param revision grows with each change
 */
public record Policy(
        PolicyId id,
        String name,
        ChannelId channel,
        String channelName,
        String family,
        @Nullable ImageId image,
        String selector,
        boolean allNodes,
        boolean enabled,
        CampaignTemplate template,
        @Nullable CampaignId campaign,
        Instant createdAt,
        Instant updatedAt,
        long revision) {
    /** What people said of it, to be changed and given back. */
    public PolicyDraft draft() {
        return new PolicyDraft(name, channel, selector, allNodes, enabled, template);
    }
}
