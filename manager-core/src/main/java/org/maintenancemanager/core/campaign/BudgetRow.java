package org.maintenancemanager.core.campaign;

import static java.util.Objects.requireNonNull;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.CurrentTimestamp;
import org.hibernate.annotations.SourceType;
import org.hibernate.annotations.TenantId;
import org.hibernate.generator.EventType;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.SiteId;

/** What people say of a budget. Its counter is not mapped: grants own it, and an entity would write back what it once read. */
@Entity
@Table(name = "budget")
class BudgetRow {
    @Id
    private UUID id;

    @TenantId
    private UUID tenantId;

    private String name;

    @Column(updatable = false)
    private @Nullable UUID siteId;

    @Column(updatable = false)
    private @Nullable String selector;

    private @Nullable Integer maxInFlight;
    private @Nullable Integer maxDownloads;
    private @Nullable Long bytesPerSecond;

    @CurrentTimestamp(event = EventType.INSERT, source = SourceType.DB)
    @Column(updatable = false)
    private Instant createdAt;

    @CurrentTimestamp(source = SourceType.DB)
    private Instant updatedAt;

    /** Null until it is stored, which is how Spring Data knows a new one. */
    @Version
    private @Nullable Long version;

    @SuppressWarnings("NullAway.Init")
    BudgetRow() {}

    @SuppressWarnings("NullAway.Init")
    BudgetRow(BudgetId id, @Nullable SiteId site, BudgetDraft checked) {
        this.id = id.value();
        siteId = site == null ? null : site.value();
        selector = checked.selector();
        take(checked);
    }

    final void take(BudgetDraft checked) {
        name = requireNonNull(checked.name());
        maxInFlight = checked.maxInFlight();
        maxDownloads = checked.downloads() == null ? null : checked.downloads().max();
        bytesPerSecond =
                checked.downloads() == null ? null : checked.downloads().bytesPerSecond();
    }

    long revision() {
        return requireNonNull(version);
    }
}
