package org.maintenancemanager.core.tenant;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * A machine's secret as it goes over the wire: {@code mmnt_<id>.<secret>}. The id finds the row, the secret proves it.
 * Only {@link #sha256} is ever stored: the secret has 256 random bits, so nothing slower is needed.
 *
 * @param id 32 hex digits on the wire
 * @param secret 43 characters: 32 random bytes as base64url
 */
public record Token(Kind kind, UUID id, String secret) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 32;
    private static final int SECRET_LENGTH = 43;
    private static final int PREFIX_LENGTH = 5;
    private static final int ID_LENGTH = 32;
    private static final int LENGTH = PREFIX_LENGTH + ID_LENGTH + 1 + SECRET_LENGTH;

    /** What a token proves; one kind is never taken for another. */
    public enum Kind {
        /** A node's identity. */
        NODE("mmnt_"),
        /** The right to enroll nodes. */
        ENROLLMENT("mmet_"),
        /** Automation. */
        API("mmat_"),
        /** A session of the console. */
        SESSION("mmst_"),
        /** The right to read a calendar. */
        FEED("mmcf_");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }
    }

    /** A new token; whoever makes it has to show it now, since nobody can later. */
    public static Token generate(Kind kind) {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        return new Token(
                kind, Ids.next(), Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /** Reads a token of any kind; empty if the text is not exactly one. Says nothing about whether it is valid. */
    public static Optional<Token> parse(String text) {
        if (text.length() != LENGTH || text.charAt(PREFIX_LENGTH + ID_LENGTH) != '.') {
            return Optional.empty();
        }
        for (Kind kind : Kind.values()) {
            if (text.startsWith(kind.prefix)) {
                String secret = text.substring(PREFIX_LENGTH + ID_LENGTH + 1);
                return isBase64Url(secret) && isLowerHex(text, PREFIX_LENGTH, PREFIX_LENGTH + ID_LENGTH)
                        ? Optional.of(new Token(kind, idAt(text), secret))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** The token as it goes over the wire. Not {@code toString}, so that no log shows it by accident. */
    public String text() {
        HexFormat hex = HexFormat.of();
        return kind.prefix
                + hex.toHexDigits(id.getMostSignificantBits())
                + hex.toHexDigits(id.getLeastSignificantBits())
                + '.'
                + secret;
    }

    /** What is stored of the secret: 32 bytes. */
    public byte[] sha256() {
        return sha256(secret);
    }

    /** Whether this token's secret is the one stored; takes the same time wherever they differ. */
    public boolean matches(byte[] stored) {
        return MessageDigest.isEqual(sha256(), stored);
    }

    /** Shows whose token it is, never the secret. */
    @Override
    public String toString() {
        return kind + " token " + id;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static UUID idAt(String text) {
        return new UUID(
                HexFormat.fromHexDigitsToLong(text, PREFIX_LENGTH, PREFIX_LENGTH + ID_LENGTH / 2),
                HexFormat.fromHexDigitsToLong(text, PREFIX_LENGTH + ID_LENGTH / 2, PREFIX_LENGTH + ID_LENGTH));
    }

    private static boolean isLowerHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBase64Url(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }
}
