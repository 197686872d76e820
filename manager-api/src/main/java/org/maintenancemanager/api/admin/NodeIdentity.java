package org.maintenancemanager.api.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a node came to be itself.
 *
 * @param keyFingerprint SHA-256 of its public key (SubjectPublicKeyInfo, DER) in hex, to compare with what the machine shows
 *     before approving it: {@code openssl pkey -pubin -in node.pub -outform der | sha256sum}
 * @param enrollmentTokenId the token that it enrolled with last
 * @param reEnrollmentOf the living node that this one claims to be, by serial number or name, with another key
 */
public record NodeIdentity(
        @Nullable String keyFingerprint,
        @Nullable UUID enrollmentTokenId,
        @Nullable UUID reEnrollmentOf) {}
