package org.maintenancemanager.core.window;

import java.util.List;

/**
 * All windows and freezes of a tenant at one moment.
 *
 * @param version of the set: another one after each change of any of them
 */
public record WindowSet(long version, List<WindowDefinition> definitions) {
    public WindowSet {
        definitions = List.copyOf(definitions);
    }
}
