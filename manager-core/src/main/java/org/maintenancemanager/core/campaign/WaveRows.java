package org.maintenancemanager.core.campaign;

import java.math.BigDecimal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;

/** How a wave's share is kept in the columns of {@code wave}. */
final class WaveRows {
    private WaveRows() {}

    static WaveSpec.Share share(
            String kind, @Nullable BigDecimal percent, @Nullable Integer nodeCount, @Nullable String selector) {
        return switch (kind) {
            case "PERCENT" -> new CampaignSpec.Percent(Objects.requireNonNull(percent));
            case "COUNT" -> new CampaignSpec.Count(Objects.requireNonNull(nodeCount));
            case "SELECTOR" -> new CampaignSpec.BySelector(Objects.requireNonNull(selector));
            case "REST" -> new CampaignSpec.Rest();
            default -> throw new IllegalStateException("the check of wave.kind lets no '%s' through".formatted(kind));
        };
    }
}
