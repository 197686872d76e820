package org.maintenancemanager.web.agent;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a {@code Range} header (RFC 9110, section 14) asks of content with a known length. */
sealed interface ByteRange {
    /** No range, or one that a server may ignore: another unit, several ranges, not readable. */
    record All() implements ByteRange {}

    /** The bytes from {@code start} to before {@code end}; at least one. */
    record Part(long start, long end) implements ByteRange {}

    /** Nothing of it lies inside the content. */
    record Unsatisfiable() implements ByteRange {}

    Pattern SINGLE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    static ByteRange of(@Nullable String header, long length) {
        if (header == null) {
            return new All();
        }
        Matcher range = SINGLE.matcher(header.strip());
        if (!range.matches()) {
            return new All();
        }
        String first = range.group(1);
        String last = range.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() ? new All() : suffix(Long.parseLong(last), length);
        }
        long start = Long.parseLong(first);
        long end = last.isEmpty() ? length : Long.parseLong(last) + 1;
        if (!last.isEmpty() && end <= start) {
            return new All();
        }
        return start >= length ? new Unsatisfiable() : new Part(start, Math.min(end, length));
    }

    private static ByteRange suffix(long count, long length) {
        return count == 0 || length == 0 ? new Unsatisfiable() : new Part(Math.max(0, length - count), length);
    }
}
