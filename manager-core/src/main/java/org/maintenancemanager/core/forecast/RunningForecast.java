package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.maintenancemanager.core.campaign.CampaignId;

/**
 * What a campaign that has started will come to, beside what came of it so far.
 *
 * @param zone for times in sentences
 * @param actual what came of it so far, a hundred points at most
 * @param first the first forecast after its start
 * @param took how long it took to make
 */
public record RunningForecast(
        CampaignId campaign,
        ZoneId zone,
        Forecast forecast,
        List<Actual> actual,
        List<String> assumptions,
        Plan.Summary first,
        Duration took) {
    public RunningForecast {
        actual = List.copyOf(actual);
        assumptions = List.copyOf(assumptions);
    }

    /** Nodes that had come to an end by then. */
    public record Actual(Instant at, int confirmed, int failed) {}
}
