package org.maintenancemanager.core.node;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a {@link Selector} can ask of a node. */
public interface Selectable {
    UUID nodeId();

    String name();

    /** The path of its site, {@code /eu/de/berlin-3}. */
    String sitePath();

    String architecture();

    @Nullable
    String hardware();

    /** The node's own zone, else its site's. */
    String zone();

    NodeState state();

    @Nullable
    String client();

    /** The version of the image in the active slot. */
    @Nullable
    String imageVersion();

    /** The label that operators set, else the one that the node set about itself. */
    @Nullable
    String label(String key);
}
