package org.maintenancemanager.api.admin;

import java.util.UUID;

/**
 * One campaign of a report.
 */
public record NightCampaign(UUID campaignId, String name, NightCounts counts) {}
