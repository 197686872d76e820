package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An audit event with its place in the chain, with each text as it was hashed.
 *
 * @param seq 1, 2, 3 ... in each tenant
 * @param at in microseconds
 * @param before JSON, as text: another spelling of the same JSON has another hash
 * @param after likewise
 * @param previousHash of the event before, 64 hex digits; zeros for the first of a tenant
 * @param hash 64 hex digits; docs/audit.md defines of which bytes
 */
public record ChainedAuditEvent(
        long seq,
        UUID id,
        Instant at,
        String actorKind,
        String actor,
        String action,
        String objectKind,
        String objectId,
        @Nullable String before,
        @Nullable String after,
        @Nullable String requestId,
        String previousHash,
        String hash) {}
