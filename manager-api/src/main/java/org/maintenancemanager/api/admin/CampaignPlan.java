package org.maintenancemanager.api.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a campaign would come to if it started now, or at its start; of one that has started, what it will come to. Nothing was changed.
 *
 * @param selected nodes that its selector chooses
 * @param skips of them, those that have nothing to do
 * @param findings about windows and update paths
 * @param paths ways that its nodes take to the image, those of the most steps first
 * @param bytes that its nodes load in all
 * @param sites that load most of it
 * @param truncated whether there are more sites
 * @param assumptions what was not measured and is taken for true
 */
public record CampaignPlan(
        int selected,
        List<PlanSkip> skips,
        List<PlanFinding> findings,
        CampaignOutlook forecast,
        List<PlanPath> paths,
        long bytes,
        List<PlanSite> sites,
        boolean truncated,
        List<String> assumptions,
        @Nullable PlanComparison comparison) {}
