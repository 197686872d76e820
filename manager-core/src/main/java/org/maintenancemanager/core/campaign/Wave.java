package org.maintenancemanager.core.campaign;

import jakarta.persistence.Embeddable;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;

/** What people edit of a wave; its opening and passing belong to the clockwork. */
@Embeddable
@NullUnmarked
class Wave {
    private UUID tenantId;
    private int ordinal;
    private String name;
    private String kind;
    private BigDecimal percent;
    private Integer nodeCount;
    private String selector;
    private BigDecimal minConfirmedShare;
    private int soakSeconds;
    private Integer unheardSeconds;
    private boolean approval;
    private Instant notBefore;

    protected Wave() {}

    Wave(UUID tenantId, int ordinal, WaveSpec spec) {
        this.tenantId = tenantId;
        this.ordinal = ordinal;
        this.name = spec.name();
        this.minConfirmedShare = spec.minConfirmedShare();
        this.soakSeconds = Math.toIntExact(spec.gate().soakTime().toSeconds());
        this.unheardSeconds = spec.gate().unheardAfter() == null
                ? null
                : Math.toIntExact(spec.gate().unheardAfter().toSeconds());
        this.approval = spec.gate().approval();
        this.notBefore = spec.gate().notBefore();
        switch (spec.share()) {
            case CampaignSpec.Percent share -> {
                kind = "PERCENT";
                percent = share.percent();
            }
            case CampaignSpec.Count share -> {
                kind = "COUNT";
                nodeCount = share.nodes();
            }
            case CampaignSpec.BySelector share -> {
                kind = "SELECTOR";
                selector = share.selector();
            }
            case CampaignSpec.Rest rest -> kind = "REST";
        }
    }

    WaveSpec spec() {
        return new WaveSpec(
                name,
                WaveRows.share(kind, percent, nodeCount, selector),
                minConfirmedShare,
                new WaveGate(
                        Duration.ofSeconds(soakSeconds),
                        notBefore,
                        approval,
                        unheardSeconds == null ? null : Duration.ofSeconds(unheardSeconds)));
    }
}
