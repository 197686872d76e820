package org.maintenancemanager.api.admin;

import java.util.List;

/**
 * What became, or would become, of documents that were applied.
 *
 * @param dryRun whether nothing was changed
 * @param documents in the order in which they were sent
 * @param forecasts of campaigns that were made or changed, those of policies too; at most 10
 */
public record ApplyReport(
        boolean dryRun,
        int created,
        int updated,
        int unchanged,
        List<AppliedDocument> documents,
        List<ApplyForecast> forecasts) {}
