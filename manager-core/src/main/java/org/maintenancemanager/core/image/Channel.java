package org.maintenancemanager.core.image;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A named pointer to an image of a family: {@code stable}, {@code beta}.
 *
 * @param image null while nothing was promoted to it
 * @param revision grows with each change
 */
public record Channel(
        ChannelId id,
        String family,
        String name,
        @Nullable ImageId image,
        Instant createdAt,
        Instant updatedAt,
        long revision) {
    /** What people said of it, to be changed and given back. */
    public ChannelDraft draft() {
        return new ChannelDraft(family, name, image);
    }
}
