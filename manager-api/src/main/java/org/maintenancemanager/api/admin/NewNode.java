package org.maintenancemanager.api.admin;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A node to be created by an operator, instead of enrolling itself.
 *
 * @param site path of its site; or {@code siteId}, one of both
 * @param issueToken whether to issue a node token at once; it is in the answer and never shown again
 */
public record NewNode(
        @Nullable String name,
        @Nullable String site,
        @Nullable UUID siteId,
        @Nullable String architecture,
        @Nullable String hardware,
        @Nullable String zone,
        @Nullable Map<String, String> labels,
        @Nullable Map<String, String> hardwareIds,
        @Nullable Boolean issueToken) {}
