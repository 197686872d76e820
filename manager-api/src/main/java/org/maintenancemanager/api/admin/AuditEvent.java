package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who changed what.
 *
 * @param actorKind {@code API_TOKEN}, {@code PERSON}, {@code OIDC_CLIENT}, {@code NODE} or {@code SYSTEM}
 * @param before the object as it was, absent if it is new
 * @param after the object as it became, absent if it is gone
 */
public record AuditEvent(
        UUID id,
        Instant at,
        String actorKind,
        String actor,
        String action,
        String objectKind,
        String objectId,
        @Nullable Map<String, ?> before,
        @Nullable Map<String, ?> after,
        @Nullable String requestId) {}
