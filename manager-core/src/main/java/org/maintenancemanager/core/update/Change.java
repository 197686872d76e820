package org.maintenancemanager.core.update;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;

/**
 * One node update that goes from one state to another, or shows progress within one.
 *
 * @param permitId the permit in flight, which an end gives back
 * @param rebootBootId the boot in which the node said that it would reboot; null: keep what is known
 */
record Change(
        UUID updateId,
        UUID nodeId,
        UUID campaignId,
        int wave,
        UUID imageId,
        UpdateState from,
        UpdateState to,
        @Nullable Integer progressPercent,
        @Nullable FailurePhase phase,
        @Nullable String code,
        @Nullable String detail,
        @Nullable UUID permitId,
        @Nullable String rebootBootId,
        Cause cause,
        @Nullable String causeDetail) {
    enum Cause {
        REPORT,
        TICK,
        OPERATOR,
        FACTS
    }

    boolean isTransition() {
        return from != to;
    }

    boolean ends() {
        return isTransition() && to.isTerminal();
    }

    /** Whether it is a result: what was canceled, superseded or skipped never began. */
    boolean saysSomething() {
        return ends() && (to == UpdateState.CONFIRMED || to.isFailure());
    }

    /** A failed download says nothing about the image. */
    boolean condemnsImage() {
        return ends() && to.isFailure() && phase != FailurePhase.DOWNLOAD;
    }
}
