package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One immutable release of an OS image.
 *
 * @param hardware hardware names that it fits; empty: all
 * @param sizeBytes absent until the bytes are uploaded, where nobody said it before
 * @param url where nodes fetch it; absent: from the manager
 * @param stored whether the manager holds its bytes
 * @param path from which releases it may be installed
 * @param revision the ETag's number
 */
public record Image(
        UUID id,
        String family,
        String version,
        long releaseCounter,
        String architecture,
        List<String> hardware,
        @Nullable Long sizeBytes,
        String sha256,
        @Nullable String sha1,
        @Nullable String md5,
        @Nullable String url,
        boolean stored,
        @Nullable String signatureEnvelope,
        ImageSeverity severity,
        List<String> fixedCves,
        String notes,
        ImagePath path,
        ImageState state,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}
