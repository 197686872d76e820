package org.maintenancemanager.api.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A campaign to be created, or all of one that can be changed.
 *
 * @param selector which nodes; absent only together with {@code allNodes}
 * @param waves a canary of 5 % and the rest if absent; what they leave forms a last wave
 * @param maxInFlight 100 if absent
 * @param maxFailures absent: no limit
 * @param permitLimit one hour if absent
 * @param neededTime what is usual for the hardware if absent
 * @param bootDeadline 15 minutes if absent
 * @param startsAt absent: as soon as it is started
 * @param rules what it does about failures and rivals; safe ones if absent
 */
public record NewCampaign(
        @Nullable String name,
        @Nullable UUID imageId,
        @Nullable String selector,
        @Nullable Boolean allNodes,
        @Nullable List<NewWave> waves,
        @Nullable Integer maxInFlight,
        @Nullable Integer maxFailures,
        @Nullable Boolean prestage,
        @Nullable Boolean allowDowngrade,
        @Nullable Duration permitLimit,
        @Nullable Duration neededTime,
        @Nullable Duration bootDeadline,
        @Nullable Instant startsAt,
        @Nullable CampaignSchedule schedule,
        @Nullable CampaignRules rules) {}
