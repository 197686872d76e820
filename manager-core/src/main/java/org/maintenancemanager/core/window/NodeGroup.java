package org.maintenancemanager.core.window;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.node.Selectable;

/**
 * Nodes that are alike in all that windows ask for. Asked for anything else it knows nothing.
 *
 * @param nodeId of the one node that it is; {@link #NOBODY} for a group
 * @param ownZone whether the zone is the node's own, not its site's
 * @param attributes those that windows ask for, as {@link org.maintenancemanager.core.node.Selector#attributes()} names them
 * @param nodes how many they are
 */
record NodeGroup(
        UUID nodeId,
        String name,
        String sitePath,
        String zone,
        boolean ownZone,
        Map<String, String> attributes,
        long nodes)
        implements Selectable {
    static final UUID NOBODY = new UUID(0, 0);

    @Override
    public String architecture() {
        return attributes.getOrDefault("architecture", "");
    }

    @Override
    public @Nullable String hardware() {
        return attributes.get(Census.HARDWARE);
    }

    @Override
    public NodeState state() {
        String state = attributes.get("state");
        return state == null ? NodeState.ACTIVE : NodeState.valueOf(state);
    }

    @Override
    public @Nullable String client() {
        return attributes.get("client");
    }

    @Override
    public @Nullable String imageVersion() {
        return attributes.get("imageVersion");
    }

    @Override
    public @Nullable String label(String key) {
        return attributes.get("label." + key);
    }
}
