package org.maintenancemanager.simulator.quickstart;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** Secrets that nobody can guess. */
final class Secrets {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    /** An API token as the manager knows them: {@code mmat_<32 hex digits>.<43 base64url characters>}. */
    static String apiToken() {
        byte[] id = bytes(16);
        // A UUID of version 7's shape, as all ids are.
        id[6] = (byte) (id[6] & 0x0f | 0x70);
        id[8] = (byte) (id[8] & 0x3f | 0x80);
        return "mmat_" + HexFormat.of().formatHex(id) + "." + password();
    }

    static String password() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(32));
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
