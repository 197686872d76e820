package org.maintenancemanager.api.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image to be registered; and all of it that can be changed, most of it only while it is DRAFT.
 *
 * @param hardware hardware names that it fits; absent or empty: all
 * @param sizeBytes may be absent where the bytes will be uploaded
 * @param sha256 64 small hex digits
 * @param url where nodes fetch it, http or https, without user name and fragment; absent: from the manager
 * @param signatureEnvelope of the publisher, kept as it is
 * @param path from which releases it may be installed, which can be changed at any time; absent: from any
 */
public record NewImage(
        @Nullable String family,
        @Nullable String version,
        @Nullable Long releaseCounter,
        @Nullable String architecture,
        @Nullable List<String> hardware,
        @Nullable Long sizeBytes,
        @Nullable String sha256,
        @Nullable String sha1,
        @Nullable String md5,
        @Nullable String url,
        @Nullable String signatureEnvelope,
        @Nullable ImageSeverity severity,
        @Nullable List<String> fixedCves,
        @Nullable String notes,
        @Nullable ImagePath path) {}
