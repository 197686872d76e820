package org.maintenancemanager.simulator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.api.node.SlotState;
import org.maintenancemanager.api.node.UpdateState;

/** All that a node keeps over restarts of its client. Used by the node's own thread alone, and kept as JSON. */
final class NodeMemory {
    /** Acknowledged reports that are kept: a manager restored from a backup may ask for them again. */
    private static final int REPORTS_KEPT = 24;

    String name = "";
    String publicKey = "";
    String privateKey = "";

    @Nullable
    String nodeId;

    @Nullable
    String nodeToken;

    @Nullable
    String serverEpoch;

    String bootId = "";
    SlotName activeSlot = SlotName.A;
    Slot slotA = new Slot(SlotName.A, SlotState.ACTIVE, null, null);
    Slot slotB = new Slot(SlotName.B, SlotState.INACTIVE, null, null);
    long lastSeq;
    long ackedSeq;
    List<Report> reports = new ArrayList<>();
    boolean factsDue;
    long knownVersion;
    Directive directive = Directive.NONE;

    @Nullable
    Task task;

    boolean silent;

    /** The update that the node works on, or ended last. */
    static final class Task {
        String updateId = "";

        @Nullable
        ImageManifest image;

        /** What the download may take; null: any number. */
        @Nullable
        Long bytesPerSecond;

        UpdateState state = UpdateState.OFFERED;
        /** When the permit ends by this machine's clock; 0 without a permit. */
        long permitUntilMillis;

        /** Nothing disturbed yet, so the task can be dropped. */
        boolean isHarmless() {
            return !state.isTerminal() && !state.needsPermit();
        }
    }

    List<Report> unacknowledged() {
        return reports.stream().filter(report -> report.seq() > ackedSeq).toList();
    }

    void add(Report report) {
        reports.add(report);
        lastSeq = report.seq();
        while (reports.size() > REPORTS_KEPT && reports.getFirst().seq() <= ackedSeq) {
            reports.removeFirst();
        }
    }

    List<Slot> slots() {
        return List.of(slotA, slotB);
    }

    SlotName inactiveSlot() {
        return activeSlot == SlotName.A ? SlotName.B : SlotName.A;
    }

    Slot slot(SlotName name) {
        return name == SlotName.A ? slotA : slotB;
    }

    void set(SlotName name, SlotState state, @Nullable String version, @Nullable String sha256) {
        Slot slot = new Slot(name, state, version, sha256);
        if (name == SlotName.A) {
            slotA = slot;
        } else {
            slotB = slot;
        }
    }

    void set(SlotName name, SlotState state) {
        Slot slot = slot(name);
        set(name, state, slot.imageVersion(), slot.imageSha256());
    }

    NodeView view() {
        return new NodeView(
                name,
                nodeId,
                bootId,
                activeSlot,
                slots(),
                lastSeq,
                ackedSeq,
                task == null ? null : task.updateId,
                task == null ? null : task.state,
                silent);
    }
}
