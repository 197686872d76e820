package org.maintenancemanager.bench.load;

import java.nio.charset.StandardCharsets;

/** One answer of the server. */
public interface Answer {
    int status();

    int bodyLength();

    byte bodyAt(int index);

    /** Where the bytes first occur in the body, or -1. */
    default int indexOf(byte[] bytes) {
        int last = bodyLength() - bytes.length;
        for (int start = 0; start <= last; start++) {
            int matched = 0;
            while (matched < bytes.length && bodyAt(start + matched) == bytes[matched]) {
                matched++;
            }
            if (matched == bytes.length) {
                return start;
            }
        }
        return -1;
    }

    /** A part of the body, as UTF-8. */
    default String text(int start, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = bodyAt(start + i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
