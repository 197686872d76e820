package org.maintenancemanager.api.admin;

import java.util.List;

/**
 * The campaigns that bring nodes back, as drafts.
 *
 * @param campaigns one for each image that nodes came from, that of the most nodes first
 * @param leftOut nodes whose former image is unknown or not published
 */
public record RollBackPlan(List<Campaign> campaigns, int leftOut) {}
