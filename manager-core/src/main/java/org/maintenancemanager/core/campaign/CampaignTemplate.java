package org.maintenancemanager.core.campaign;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.image.ImageId;

/** What a policy's campaigns say, all but their name, image, nodes and start. The components are those of a campaign. */
public record CampaignTemplate(
        List<WaveSpec> waves,
        int maxInFlight,
        @Nullable Integer maxFailures,
        boolean prestage,
        boolean allowDowngrade,
        Duration permitLimit,
        @Nullable Duration neededTime,
        Duration bootDeadline,
        CampaignSchedule schedule,
        CampaignRules rules) {
    public CampaignTemplate {
        waves = List.copyOf(waves);
    }

    /** Of a campaign, whatever its name, image, nodes and start. */
    public static CampaignTemplate of(CampaignSpec spec) {
        return new CampaignTemplate(
                spec.waves(),
                spec.maxInFlight(),
                spec.maxFailures(),
                spec.prestage(),
                spec.allowDowngrade(),
                spec.permitLimit(),
                spec.neededTime(),
                spec.bootDeadline(),
                spec.schedule(),
                spec.rules());
    }

    public CampaignSpec spec(String name, ImageId image, String selector, boolean allNodes) {
        return new CampaignSpec(
                name,
                image,
                selector,
                allNodes,
                waves,
                maxInFlight,
                maxFailures,
                prestage,
                allowDowngrade,
                permitLimit,
                neededTime,
                bootDeadline,
                null,
                schedule,
                rules);
    }
}
