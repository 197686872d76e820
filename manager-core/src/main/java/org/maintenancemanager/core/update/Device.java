package org.maintenancemanager.core.update;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.decision.ClientFamily;

/**
 * How a node appears to the protocols of other managers.
 *
 * @param family what counts: what an operator said, else what it was recognized as
 * @param recognized as which it was recognized; null: not yet
 * @param controllerId its name in the hawkBit device API
 * @param hostGuid its name in maintmgr.v1
 * @param action what its latest update is called there; 0 if it has none
 * @param attributesWantedAt from when on it is asked for its attributes; null: not
 * @param canceledAction the canceled action that it acknowledged last; 0 if none
 * @param tokens SHA-256 of the tokens that it may prove itself with
 */
public record Device(
        ClientFamily family,
        @Nullable ClientFamily recognized,
        @Nullable String userAgent,
        @Nullable String controllerId,
        @Nullable UUID hostGuid,
        int action,
        @Nullable Instant attributesWantedAt,
        int canceledAction,
        List<byte[]> tokens) {
    public Device {
        tokens = List.copyOf(tokens);
    }

    public boolean wantsAttributes(Instant now) {
        return attributesWantedAt != null && !attributesWantedAt.isAfter(now);
    }
}
