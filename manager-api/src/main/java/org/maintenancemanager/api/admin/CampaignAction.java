package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Whether something can be done with a campaign now, by the caller.
 *
 * @param name as in the path of the call: {@code start}, {@code promote-wave}; {@code edit} and {@code delete} are PATCH and DELETE
 * @param reason why not; absent when it can
 */
public record CampaignAction(
        String name, boolean allowed, @Nullable String reason) {}
