package org.maintenancemanager.api.admin;

/**
 * A public key whose checkpoints this manager trusts.
 *
 * @param keyId SHA-256 of the key (its X.509 encoding), 64 hex digits
 * @param publicKey Ed25519, X.509 as PEM
 * @param signing whether this manager signs with it; otherwise a former one
 */
public record AuditKey(String keyId, String publicKey, boolean signing) {}
