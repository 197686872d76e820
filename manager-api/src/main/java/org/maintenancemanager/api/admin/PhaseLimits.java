package org.maintenancemanager.api.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The permitted time that a phase of an update may take; afterwards it has failed, or is lost where the node is silent.
 *
 * @param download counted while the campaign runs; two days if absent
 * @param install counted, as those that follow, since the permit; absent: until the permit and the boot deadline are over
 */
public record PhaseLimits(
        @Nullable Duration download,
        @Nullable Duration install,
        @Nullable Duration reboot,
        @Nullable Duration trial) {}
