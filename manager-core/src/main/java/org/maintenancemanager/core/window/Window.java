package org.maintenancemanager.core.window;

import java.time.Instant;

/**
 * A window or freeze as it is kept.
 *
 * @param revision grows with each change
 */
public record Window(WindowDefinition definition, Instant createdAt, Instant updatedAt, long revision) {
    public WindowId id() {
        return definition.id();
    }

    /** What people said of it, to be changed and given back. */
    public WindowDraft draft() {
        return WindowDraft.of(definition);
    }
}
