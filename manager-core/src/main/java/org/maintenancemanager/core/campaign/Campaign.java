package org.maintenancemanager.core.campaign;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.TenantId;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.image.ImageId;

/** What people edit of a campaign. Its progress is set-based SQL's business. */
@Entity
@Table(name = "campaign")
@NullUnmarked
class Campaign {
    @Id
    private UUID id;

    @TenantId
    private UUID tenantId;

    private String name;

    @Enumerated(EnumType.STRING)
    private CampaignState state = CampaignState.DRAFT;

    private UUID imageId;
    private String selector;
    private boolean allNodes;
    private int maxInFlight;
    private Integer maxFailures;
    private boolean prestage;
    private boolean allowDowngrade;
    private int permitLimitSeconds;
    private Integer neededSeconds;
    private int bootDeadlineSeconds;
    private Instant startsAt;

    @Embedded
    private ScheduleColumns schedule;

    private Instant createdAt;
    private Instant updatedAt;

    @Column(updatable = false)
    private UUID rollbackOf;

    @Version
    private long version;

    @ElementCollection(fetch = FetchType.EAGER)
    @CollectionTable(name = "wave", joinColumns = @JoinColumn(name = "campaign_id"))
    @OrderBy("ordinal")
    private List<Wave> waves = new ArrayList<>();

    protected Campaign() {}

    Campaign(UUID id, UUID tenantId, CampaignSpec spec, @Nullable CampaignId rollbackOf, Instant now) {
        this.id = id;
        this.tenantId = tenantId;
        this.createdAt = now;
        this.rollbackOf = rollbackOf == null ? null : rollbackOf.value();
        edit(spec, now);
        for (int ordinal = 0; ordinal < spec.waves().size(); ordinal++) {
            waves.add(new Wave(tenantId, ordinal, spec.waves().get(ordinal)));
        }
    }

    /** All but the waves. */
    private void edit(CampaignSpec spec, Instant now) {
        name = spec.name();
        imageId = spec.imageId().value();
        selector = spec.selector();
        allNodes = spec.allNodes();
        prestage = spec.prestage();
        allowDowngrade = spec.allowDowngrade();
        permitLimitSeconds = seconds(spec.permitLimit());
        neededSeconds = spec.neededTime() == null ? null : seconds(spec.neededTime());
        bootDeadlineSeconds = seconds(spec.bootDeadline());
        startsAt = spec.startsAt();
        editLimits(spec, now);
    }

    void replace(CampaignSpec spec, Instant now) {
        edit(spec, now);
        if (!waveSpecs().equals(spec.waves())) {
            waves.clear();
            for (int ordinal = 0; ordinal < spec.waves().size(); ordinal++) {
                waves.add(new Wave(tenantId, ordinal, spec.waves().get(ordinal)));
            }
        }
    }

    /** What may change while it runs. */
    void editLimits(CampaignSpec spec, Instant now) {
        maxInFlight = spec.maxInFlight();
        maxFailures = spec.maxFailures();
        schedule = new ScheduleColumns(spec.schedule());
        updatedAt = now;
    }

    CampaignSpec spec() {
        return new CampaignSpec(
                name,
                new ImageId(imageId),
                selector,
                allNodes,
                waveSpecs(),
                maxInFlight,
                maxFailures,
                prestage,
                allowDowngrade,
                Duration.ofSeconds(permitLimitSeconds),
                neededSeconds == null ? null : Duration.ofSeconds(neededSeconds),
                Duration.ofSeconds(bootDeadlineSeconds),
                startsAt,
                schedule.schedule());
    }

    private List<WaveSpec> waveSpecs() {
        return waves.stream().map(Wave::spec).toList();
    }

    UUID id() {
        return id;
    }

    CampaignState state() {
        return state;
    }

    long version() {
        return version;
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(duration.toSeconds());
    }
}
