package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Yes or no to a question of a campaign, by the call that it is sent with.
 *
 * @param remark why, 1 to 1000 characters
 * @param kind START, WAVE or OVERRIDE; needed only when several questions are open
 * @param revision of the campaign that was looked at, so that nothing else is approved; absent: as it is now
 */
public record CampaignAnswer(
        @Nullable String remark,
        @Nullable String kind,
        @Nullable Long revision) {}
