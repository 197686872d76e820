package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.UUID;

/**
 * What a campaign that has started will come to, beside what came of it so far.
 *
 * @param actual from its start on
 * @param assumptions what was not measured and is taken for true
 * @param comparison with its first forecast
 */
public record CampaignForecast(
        UUID campaignId,
        CampaignOutlook forecast,
        List<ForecastActual> actual,
        List<String> assumptions,
        PlanComparison comparison) {}
