package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.api.node.SlotState;

/** One of the two system slots, as the node last described it. */
public record NodeSlot(
        SlotName name,
        SlotState state,
        @Nullable String imageVersion,
        @Nullable String imageSha256) {}
