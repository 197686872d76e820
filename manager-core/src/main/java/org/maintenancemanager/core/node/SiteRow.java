package org.maintenancemanager.core.node;

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

/** A site as it is stored. */
@Entity
@Table(name = "site")
class SiteRow {
    @Id
    private UUID id;

    @TenantId
    private UUID tenantId;

    @Column(updatable = false)
    private String path;

    private String name;
    private String zone;

    @CurrentTimestamp(event = EventType.INSERT, source = SourceType.DB)
    @Column(updatable = false)
    private Instant createdAt;

    @CurrentTimestamp(source = SourceType.DB)
    private Instant updatedAt;

    /** Null until it is stored, which is how Spring Data knows a new one. */
    @Version
    private @Nullable Long version;

    @SuppressWarnings("NullAway.Init")
    SiteRow() {}

    @SuppressWarnings("NullAway.Init")
    SiteRow(SiteId id, String path, String name, String zone) {
        this.id = id.value();
        this.path = path;
        this.name = name;
        this.zone = zone;
    }

    void change(String newName, String newZone) {
        name = newName;
        zone = newZone;
    }

    long revision() {
        return requireNonNull(version);
    }
}
