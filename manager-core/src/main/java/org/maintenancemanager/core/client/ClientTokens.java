package org.maintenancemanager.core.client;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The tokens of clients of other protocols: any text, of which only the SHA-256 is kept. */
public final class ClientTokens {
    /** A token that a person brings along must be as hard to guess as those of hawkBit: 16 random bytes as hex. */
    static final int SHORTEST = 16;

    static final int LONGEST = 256;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 32;

    private ClientTokens() {}

    /** 64 hex digits: some clients keep them in files in which other characters mean something. */
    static String generate() {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    public static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Printable ASCII without a blank, since it travels in a header. */
    static boolean isFit(String token) {
        return token.length() >= SHORTEST
                && token.length() <= LONGEST
                && token.chars().allMatch(c -> c > ' ' && c < 127);
    }
}
