package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the guard of a campaign has seen, and how close it is to stopping it.
 *
 * @param baseline failure rate that is accepted, 0.001 to 0.5
 * @param baselineGiven whether the campaign says so itself; otherwise the tenant's earlier campaigns taught it
 * @param alpha accepted chance to stop a healthy image
 * @param evidence against the image: 1 says nothing, {@code needed} stops the campaign
 * @param maxInFlight the most permits at a time, lowered on suspicion
 * @param finished nodes that count: without held cohorts, since the start or the last restart
 * @param totalFinished all nodes that came to an end
 * @param downloadFailures updates that failed before the image was on the node; they say nothing about it
 * @param restartedAt when an operator last resumed after a stop by the guard
 * @param cohorts at most 200: the held ones first, then those with most evidence
 * @param history of the evidence, oldest first; a point for every fiftieth part that the count grows
 */
public record CampaignGuard(
        boolean enabled,
        double baseline,
        boolean baselineGiven,
        double alpha,
        double evidence,
        double needed,
        int maxInFlight,
        int finished,
        int failures,
        int totalFinished,
        int totalFailures,
        int downloadFailures,
        @Nullable Instant restartedAt,
        List<GuardCohort> cohorts,
        List<GuardPoint> history) {}
