package org.maintenancemanager.core.tenant;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/** Makes ids that sort by their time of birth: UUID version 7 (RFC 9562, section 5.7). */
public final class Ids {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Ids() {}

    /** A new id, born now. Uniqueness does not depend on the clock: 74 bits are random. */
    public static UUID next() {
        return at(Instant.now().toEpochMilli());
    }

    static UUID at(long epochMillis) {
        long head = epochMillis << 16 | 0x7000 | RANDOM.nextInt() & 0x0fff;
        long tail = RANDOM.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
        return new UUID(head, tail);
    }
}
