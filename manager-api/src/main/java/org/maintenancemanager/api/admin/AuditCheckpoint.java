package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.UUID;

/**
 * A signed statement that the audit chain of a tenant had this hash at this number.
 *
 * @param seq number of the last event that it covers, 1 or more
 * @param hash of that event in the chain, 64 hex digits
 * @param at when it was signed, in microseconds
 * @param keyId SHA-256 of the public key (its X.509 encoding), 64 hex digits
 * @param signature Ed25519, base64; over the bytes that docs/audit.md defines
 */
public record AuditCheckpoint(UUID tenantId, long seq, String hash, Instant at, String keyId, String signature) {}
