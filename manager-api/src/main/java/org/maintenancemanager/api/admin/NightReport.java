package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;

/**
 * What happened between two instants.
 *
 * @param from inclusive
 * @param until exclusive
 * @param campaigns that something happened in, most starts first
 * @param sites that something happened at, most trouble first
 * @param truncated whether there were more sites, or more openings than are looked at
 */
public record NightReport(
        Instant from,
        Instant until,
        NightCounts counts,
        List<NightCampaign> campaigns,
        List<NightSite> sites,
        boolean truncated) {}
