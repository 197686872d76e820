package org.maintenancemanager.api.admin;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;

/**
 * An ordered part of a campaign's nodes: one of percent, count, selector or rest.
 *
 * @param percent of all the campaign's nodes
 * @param rest whether it takes all that the others leave
 * @param minConfirmedShare of its reachable nodes, 0 to 1, before the next wave opens
 * @param openedAt absent while the gate before it is shut
 * @param reachedAt since when its share has been reached; the soak time runs from then on
 * @param skippedAt since when its nodes are left out
 * @param promotedAt when an operator passed it, whatever its gate still wanted
 * @param members without those that had nothing to do
 * @param unreachable members that nobody has heard of for a while
 * @param late members of a wave that has passed which are still on their way
 * @param updates how many are in each state; states without any are absent
 */
public record CampaignWave(
        int ordinal,
        String name,
        @Nullable BigDecimal percent,
        @Nullable Integer count,
        @Nullable String selector,
        @Nullable Boolean rest,
        BigDecimal minConfirmedShare,
        WaveGate gate,
        @Nullable Instant openedAt,
        @Nullable Instant passedAt,
        @Nullable Instant reachedAt,
        @Nullable Instant skippedAt,
        @Nullable Instant promotedAt,
        int members,
        int unreachable,
        int late,
        Map<UpdateState, Integer> updates) {}
