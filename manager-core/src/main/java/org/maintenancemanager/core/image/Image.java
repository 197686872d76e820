package org.maintenancemanager.core.image;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One immutable release of an OS image, as people see it.
 *
 * @param hardware the hardware names that it fits; empty means all
 * @param sizeBytes null until the artifact is uploaded, where nobody said it before
 * @param url where nodes fetch it; null means from the manager
 * @param stored whether the manager holds its bytes
 * @param revision grows with each change of the record; not the version of the image
 */
public record Image(
        ImageId id,
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
        Severity severity,
        List<String> fixedCves,
        String notes,
        PathRules path,
        ImageState state,
        Instant createdAt,
        Instant updatedAt,
        long revision) {
    public Image {
        hardware = List.copyOf(hardware);
        fixedCves = List.copyOf(fixedCves);
    }

    /** What people said of it, to be changed and given back. */
    public ImageDraft draft() {
        return new ImageDraft(
                family,
                version,
                releaseCounter,
                architecture,
                hardware,
                sizeBytes,
                sha256,
                sha1,
                md5,
                url,
                signatureEnvelope,
                severity,
                fixedCves,
                notes,
                path);
    }
}
