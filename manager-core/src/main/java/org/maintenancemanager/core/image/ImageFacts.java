package org.maintenancemanager.core.image;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a decision and a node need to know of an image.
 *
 * @param hardware the hardware names that it fits; empty means all
 * @param url where nodes fetch it: absolute, or a path on the manager
 */
public record ImageFacts(
        ImageId id,
        String family,
        String version,
        long releaseCounter,
        String architecture,
        Set<String> hardware,
        long sizeBytes,
        String sha256,
        String url,
        @Nullable String signatureEnvelope,
        ImageState state) {
    public ImageFacts {
        hardware = Set.copyOf(hardware);
    }
}
