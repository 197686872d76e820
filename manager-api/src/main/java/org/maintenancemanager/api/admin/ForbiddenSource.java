package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Releases that an image must not be installed from.
 *
 * @param from release counter of the first of them
 * @param upTo of the last of them; absent: only the first
 * @param reason why, 1 to 1,000 letters
 */
public record ForbiddenSource(
        @Nullable Long from, @Nullable Long upTo, @Nullable String reason) {}
