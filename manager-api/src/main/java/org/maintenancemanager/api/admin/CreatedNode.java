package org.maintenancemanager.api.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was made of a {@link NewNode}.
 *
 * @param token the node token, if it was asked for: shown this once
 */
public record CreatedNode(
        UUID id,
        String name,
        UUID siteId,
        String site,
        String state,
        @Nullable String token,
        long revision) {}
