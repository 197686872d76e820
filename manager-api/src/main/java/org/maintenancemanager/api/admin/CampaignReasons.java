package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;

/**
 * How many nodes of a campaign wait for what; some seconds old at most.
 *
 * @param proceeding nodes under way that wait for nothing
 * @param waiting the most frequent reason first
 */
public record CampaignReasons(Instant at, int proceeding, List<WaitingReason> waiting) {}
