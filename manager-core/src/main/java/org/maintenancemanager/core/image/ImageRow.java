package org.maintenancemanager.core.image;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.CurrentTimestamp;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.SourceType;
import org.hibernate.annotations.TenantId;
import org.hibernate.generator.EventType;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "image")
class ImageRow {
    @Id
    private UUID id;

    @TenantId
    private UUID tenantId;

    private String family;
    private String imageVersion;
    private long releaseCounter;
    private String architecture;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<String> hardware;

    private @Nullable Long sizeBytes;
    private String sha256;
    private @Nullable String sha1;
    private @Nullable String md5;
    private @Nullable String url;
    private boolean stored;
    private @Nullable String signatureEnvelope;

    @Enumerated(EnumType.STRING)
    private Severity severity;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<String> fixedCves;

    private String notes;
    private @Nullable Long pathFloor;
    private boolean pathBarrier;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<Long> pathForbiddenFrom;

    @JdbcTypeCode(SqlTypes.ARRAY)
    @Column(name = "path_forbidden_upto")
    private List<Long> pathForbiddenUpTo;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<String> pathForbiddenReasons;

    @Enumerated(EnumType.STRING)
    private ImageState state = ImageState.DRAFT;

    @CurrentTimestamp(event = EventType.INSERT, source = SourceType.DB)
    @Column(updatable = false)
    private Instant createdAt;

    @CurrentTimestamp(source = SourceType.DB)
    private Instant updatedAt;

    /** Null until it is stored, which is how Spring Data knows a new one. */
    @Version
    private @Nullable Long version;

    @SuppressWarnings("NullAway.Init")
    ImageRow() {}

    @SuppressWarnings("NullAway.Init")
    ImageRow(ImageId id, ImageDraft checked) {
        this.id = id.value();
        take(checked);
    }

    final void take(ImageDraft checked) {
        String digest = requireNonNull(checked.sha256());
        if (!digest.equals(sha256)) {
            // What may lie in the store is another image's.
            stored = false;
        }
        family = requireNonNull(checked.family());
        imageVersion = requireNonNull(checked.version());
        releaseCounter = requireNonNull(checked.releaseCounter());
        architecture = requireNonNull(checked.architecture());
        hardware = List.copyOf(requireNonNullElse(checked.hardware(), List.of()));
        sizeBytes = checked.sizeBytes();
        sha256 = digest;
        sha1 = checked.sha1();
        md5 = checked.md5();
        url = checked.url();
        signatureEnvelope = checked.signatureEnvelope();
        severity = requireNonNullElse(checked.severity(), Severity.NONE);
        fixedCves = List.copyOf(requireNonNullElse(checked.fixedCves(), List.of()));
        notes = requireNonNullElse(checked.notes(), "");
        PathRules path = requireNonNullElse(checked.path(), PathRules.NONE);
        pathFloor = path.floor();
        pathBarrier = path.barrier();
        pathForbiddenFrom =
                path.forbidden().stream().map(one -> requireNonNull(one.from())).toList();
        pathForbiddenUpTo = path.forbidden().stream()
                .map(one -> requireNonNullElse(one.upTo(), requireNonNull(one.from())))
                .toList();
        pathForbiddenReasons = path.forbidden().stream()
                .map(one -> requireNonNull(one.reason()))
                .toList();
    }

    void stored(ArtifactDigests digests) {
        stored = true;
        sizeBytes = digests.size();
        sha1 = digests.sha1();
        md5 = digests.md5();
    }

    void enter(ImageState next) {
        state = next;
    }

    ImageState state() {
        return state;
    }

    long revision() {
        return requireNonNull(version);
    }

    Image image() {
        return new Image(
                new ImageId(id),
                family,
                imageVersion,
                releaseCounter,
                architecture,
                hardware,
                sizeBytes,
                sha256,
                sha1,
                md5,
                url,
                stored,
                signatureEnvelope,
                severity,
                fixedCves,
                notes,
                Releases.rules(pathFloor, pathBarrier, pathForbiddenFrom, pathForbiddenUpTo, pathForbiddenReasons),
                state,
                createdAt,
                updatedAt,
                revision());
    }
}
