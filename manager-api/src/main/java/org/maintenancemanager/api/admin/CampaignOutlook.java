package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;

/**
 * What a campaign will probably come to.
 *
 * @param runs how often it was let happen
 * @param members nodes of the campaign, without those that have nothing to do
 * @param failed failed, rolled back or lost so far
 * @param stranded nodes under way that no window is long enough for
 * @param silent nodes under way that the end does not wait for: not heard of for long, or waiting for a person
 * @param end when the last of the others comes to its end
 * @param curve nodes that will have come to an end by when
 * @param risks the likeliest first
 * @param causes what takes the time, the longest first
 */
public record CampaignOutlook(
        Instant at,
        int runs,
        int members,
        int confirmed,
        int failed,
        int stranded,
        int silent,
        ForecastSpan end,
        List<ForecastPoint> curve,
        List<ForecastWave> waves,
        List<ForecastRisk> risks,
        List<ForecastCause> causes) {}
