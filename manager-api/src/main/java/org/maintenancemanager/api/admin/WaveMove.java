package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A wave to be opened or left out.
 *
 * @param wave its ordinal; absent: the next to open, or the one that is open
 * @param reason why, 1 to 1000 characters
 */
public record WaveMove(@Nullable Integer wave, @Nullable String reason) {}
