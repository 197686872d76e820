package org.maintenancemanager.simulator;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.api.node.UpdateState;

/**
 * What a simulated node is at this moment, as the node itself sees it.
 *
 * @param nodeId null until enrolled
 * @param lastSeq the highest number that the node gave to a report
 * @param ackedSeq all reports up to here were acknowledged
 * @param updateId the update that the node works on or ended last
 * @param updateState the last state that the node reported of it
 */
public record NodeView(
        String name,
        @Nullable String nodeId,
        String bootId,
        SlotName activeSlot,
        List<Slot> slots,
        long lastSeq,
        long ackedSeq,
        @Nullable String updateId,
        @Nullable UpdateState updateState,
        boolean silent) {
    /** The version that runs; null if the node never had a named image. */
    public @Nullable String runningVersion() {
        for (Slot slot : slots) {
            if (slot.name() == activeSlot) {
                return slot.imageVersion();
            }
        }
        return null;
    }
}
