package org.maintenancemanager.core.campaign;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the gate at a wave's end wants besides the confirmed share, in this order.
 *
 * @param soakTime how long the share must have been reached, 0 to 90 days
 * @param notBefore before which the next wave stays shut; null: no such instant
 * @param approval whether a person has to let the next wave open
 * @param unheardAfter how long after its opening a wave passes of whose nodes none can be reached, one minute to 90 days;
 *     null: it waits for them, or for a person
 */
public record WaveGate(
        Duration soakTime,
        @Nullable Instant notBefore,
        boolean approval,
        @Nullable Duration unheardAfter) {
    public WaveGate(Duration soakTime, @Nullable Instant notBefore, boolean approval) {
        this(soakTime, notBefore, approval, null);
    }

    public static final Duration LONGEST_SOAK = Duration.ofDays(90);
    public static final WaveGate NONE = new WaveGate(Duration.ZERO, null, false);
}
