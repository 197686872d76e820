package org.maintenancemanager.core.window;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A window or freeze as it is kept.
 *
 * @param revision grows with each change
 * @param calendar that it comes from, by which alone it changes; null for those that people keep
 */
public record Window(
        WindowDefinition definition,
        Instant createdAt,
        Instant updatedAt,
        long revision,
        @Nullable UUID calendar) {
    public WindowId id() {
        return definition.id();
    }

    /** What people said of it, to be changed and given back. */
    public WindowDraft draft() {
        return WindowDraft.of(definition);
    }
}
