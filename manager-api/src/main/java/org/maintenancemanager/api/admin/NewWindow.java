package org.maintenancemanager.api.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A maintenance window or freeze to be created; and all of it that can be changed.
 *
 * @param duration ISO 8601, PT5M to P7D, in elapsed time; not for a ONE_SHOT, which says when it ends
 * @param zone IANA name, or NODE_LOCAL: the node's own, else its site's
 * @param enabled absent: yes
 * @param validFrom nothing is open before
 * @param validUntil nothing is open from then on
 */
public record NewWindow(
        @Nullable String name,
        @Nullable WindowKind kind,
        @Nullable WindowRecurrence recurrence,
        @Nullable String duration,
        @Nullable String zone,
        @Nullable WindowTarget target,
        @Nullable Boolean enabled,
        @Nullable Instant validFrom,
        @Nullable Instant validUntil) {}
