package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The right to enroll nodes.
 *
 * @param approval {@code AUTO} or {@code MANUAL}: whether an operator has to approve each node
 * @param uses how many nodes used it
 * @param hardwareIds what the machine must say of its hardware, each of them
 */
public record EnrollmentToken(
        UUID id,
        String name,
        UUID siteId,
        String site,
        String approval,
        int maxUses,
        int uses,
        Instant expiresAt,
        @Nullable Instant revokedAt,
        Instant createdAt,
        Map<String, String> hardwareIds) {}
