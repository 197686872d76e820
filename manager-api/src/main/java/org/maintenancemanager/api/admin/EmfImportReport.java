package org.maintenancemanager.api.admin;

import java.util.List;

/**
 * What was taken over from Edge Microvisor Toolkit's old manager.
 *
 * @param dryRun whether nothing was kept
 * @param counts of the items, by kind and outcome; without those that would be 0
 */
public record EmfImportReport(boolean dryRun, List<EmfImportCount> counts, List<EmfImportItem> items) {}
