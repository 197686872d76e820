package org.maintenancemanager.web.ops;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The id that names one request in the answer, the logs and the audit. */
public final class RequestIds {
    /** The header, and in lower case the gRPC metadata key, that carries it. */
    public static final String HEADER = "X-Request-Id";

    private static final int LONGEST = 64;

    private RequestIds() {}

    /** The id that the client gave, if it is 1 to 64 letters, digits, dots, dashes or underscores; otherwise a new one. */
    public static String of(@Nullable String given) {
        return given != null && isFit(given) ? given : next();
    }

    /** Unique enough to find a request in a log; not a secret. */
    private static String next() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    // Whatever else a client sends must not get into logs.
    private static boolean isFit(String id) {
        if (id.isEmpty() || id.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if ((c < 'a' || c > 'z')
                    && (c < 'A' || c > 'Z')
                    && (c < '0' || c > '9')
                    && c != '-'
                    && c != '_'
                    && c != '.') {
                return false;
            }
        }
        return true;
    }
}
