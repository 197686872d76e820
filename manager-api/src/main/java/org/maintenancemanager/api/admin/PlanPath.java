package org.maintenancemanager.api.admin;

import java.util.List;

/**
 * A way that nodes take to the image of a campaign.
 *
 * @param steps images that they install one after the other, the campaign's last; each takes a permit of its own
 * @param nodes how many take it
 */
public record PlanPath(List<PathStep> steps, int nodes) {}
