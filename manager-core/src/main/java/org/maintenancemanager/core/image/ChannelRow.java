package org.maintenancemanager.core.image;

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

@Entity
@Table(name = "channel")
class ChannelRow {
    @Id
    private UUID id;

    @TenantId
    private UUID tenantId;

    @Column(updatable = false)
    private String family;

    private String name;
    private @Nullable UUID imageId;

    @CurrentTimestamp(event = EventType.INSERT, source = SourceType.DB)
    @Column(updatable = false)
    private Instant createdAt;

    @CurrentTimestamp(source = SourceType.DB)
    private Instant updatedAt;

    /** Null until it is stored, which is how Spring Data knows a new one. */
    @Version
    private @Nullable Long version;

    @SuppressWarnings("NullAway.Init")
    ChannelRow() {}

    @SuppressWarnings("NullAway.Init")
    ChannelRow(ChannelId id, ChannelDraft checked) {
        this.id = id.value();
        family = requireNonNull(checked.family());
        take(checked);
    }

    final void take(ChannelDraft checked) {
        name = requireNonNull(checked.name());
        imageId = checked.image() == null ? null : checked.image().value();
    }

    long revision() {
        return requireNonNull(version);
    }

    Channel channel() {
        return new Channel(
                new ChannelId(id),
                family,
                name,
                imageId == null ? null : new ImageId(imageId),
                createdAt,
                updatedAt,
                revision());
    }
}
