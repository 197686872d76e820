package org.maintenancemanager.api.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A channel to be created; and all of it that can be changed, but for the family.
 *
 * @param imageId a PUBLISHED image of the family; absent: none yet
 */
public record NewChannel(
        @Nullable String family,
        @Nullable String name,
        @Nullable UUID imageId) {}
