package org.maintenancemanager.api.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an operator says of the program on a node; null: nothing. */
public record NodeProgramChange(
        @Nullable String familyOverride,
        @Nullable String controllerId,
        @Nullable UUID hostGuid) {}
