package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A tenant as those see it who run the manager.
 *
 * @param state ACTIVE, SUSPENDED or DELETED
 * @param reason why it is suspended
 * @param deleteAt when its data will be deleted; can be taken back until then
 * @param nodes how many count against the quota
 * @param campaigns likewise: those that are not over
 * @param artifactBytes likewise: bytes that were uploaded
 * @param revision grows with each change by people
 */
public record ManagedTenant(
        UUID id,
        String name,
        String state,
        @Nullable String reason,
        @Nullable Instant deleteAt,
        TenantQuotas quotas,
        long nodes,
        long campaigns,
        long artifactBytes,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}
