package org.maintenancemanager.api.admin;

/**
 * What an authenticator app needs; shown this once.
 *
 * @param secret base32, to be typed
 * @param uri {@code otpauth://...}, to be shown as a QR code
 */
public record TotpSecret(String secret, String uri) {}
