package org.maintenancemanager.api.admin;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the gate at a wave's end wants besides the confirmed share.
 *
 * @param soakTime how long the share must have been reached, at most 90 days; none if absent
 * @param notBefore before which the next wave stays shut
 * @param approval whether a person has to let the next wave open; no if absent
 * @param unheardAfter how long after its opening a wave passes of whose nodes none can be reached, one minute to 90 days;
 *     absent: it waits for them, or for a person
 */
public record WaveGate(
        @Nullable Duration soakTime,
        @Nullable Instant notBefore,
        @Nullable Boolean approval,
        @Nullable Duration unheardAfter) {}
