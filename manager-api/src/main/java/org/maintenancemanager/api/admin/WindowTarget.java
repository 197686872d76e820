package org.maintenancemanager.api.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whom a window is for.
 *
 * @param type DEFAULT: all nodes to which no other enabled PERMIT applies
 * @param sitePath for SITE: that site and all below it
 * @param selector for SELECTOR
 * @param nodeId for NODE
 */
public record WindowTarget(
        @Nullable Type type,
        @Nullable String sitePath,
        @Nullable String selector,
        @Nullable UUID nodeId) {
    public enum Type {
        TENANT,
        DEFAULT,
        SITE,
        SELECTOR,
        NODE
    }
}
