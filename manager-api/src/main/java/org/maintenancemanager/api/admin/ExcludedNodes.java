package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.UUID;

/**
 * What became of nodes that were to be left out.
 *
 * @param excluded how many the campaign leaves alone from now on
 * @param holdingPermit nodes that finish first: what was granted is not taken back
 * @param ended how many had come to an end before
 */
public record ExcludedNodes(int excluded, List<UUID> holdingPermit, int ended, Campaign campaign) {}
