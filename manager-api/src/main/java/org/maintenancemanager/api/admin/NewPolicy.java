package org.maintenancemanager.api.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A policy to be created; and all of it that can be changed.
 *
 * @param channelId the channel that the nodes follow
 * @param selector which nodes; absent only together with {@code allNodes}
 * @param enabled whether it makes campaigns; yes if absent
 * @param template what its campaigns say, without name, image, nodes, start, end and deadline; safe defaults if absent
 */
public record NewPolicy(
        @Nullable String name,
        @Nullable UUID channelId,
        @Nullable String selector,
        @Nullable Boolean allNodes,
        @Nullable Boolean enabled,
        @Nullable NewCampaign template) {}
