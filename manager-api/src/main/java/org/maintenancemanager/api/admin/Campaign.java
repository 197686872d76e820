package org.maintenancemanager.api.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The will to bring nodes to an image, in waves, under rules.
 *
 * @param stateReason code of why it is paused or aborted: {@code OPERATOR}, {@code WAVE_GATE}, {@code MAX_FAILURES} ...
 * @param stateDetail the same as a sentence
 * @param selector which nodes; absent together with {@code allNodes}
 * @param maxInFlight the most permits at a time
 * @param maxFailures failed, rolled back and lost updates after which it pauses itself; absent: no limit
 * @param prestage whether nodes may write the inactive slot without a permit
 * @param permitLimit the longest that a permit may be valid
 * @param neededTime no permit when less of the window is left; absent: what is usual for the hardware
 * @param bootDeadline how long after a permit's end a silent node keeps its slot
 * @param startsAt when it begins once it is started; absent: at once
 * @param rules what it does about failures and rivals
 * @param inFlight permits in flight
 * @param failures updates that speak against the image
 * @param life what befell it beside its state
 * @param actions what the caller can do with it now
 * @param windowOverride leave to disturb its nodes outside of their windows; it may have ended
 */
public record Campaign(
        UUID id,
        String name,
        String state,
        @Nullable String stateReason,
        @Nullable String stateDetail,
        UUID imageId,
        @Nullable String selector,
        boolean allNodes,
        List<CampaignWave> waves,
        int maxInFlight,
        @Nullable Integer maxFailures,
        boolean prestage,
        boolean allowDowngrade,
        Duration permitLimit,
        @Nullable Duration neededTime,
        Duration bootDeadline,
        @Nullable Instant startsAt,
        CampaignSchedule schedule,
        CampaignRules rules,
        int inFlight,
        int failures,
        @Nullable WindowOverride windowOverride,
        CampaignLife life,
        List<CampaignAction> actions,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}
