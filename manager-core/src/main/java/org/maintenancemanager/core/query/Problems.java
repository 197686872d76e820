package org.maintenancemanager.core.query;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Collects everything that is wrong with one request, so that it is told at once. Each check returns whether the value is
 * there and right; a missing optional value is no problem.
 */
public final class Problems {
    /** Enough to see what is wrong; a bulk request with 10,000 wrong items would make a huge answer. */
    private static final int MOST = 100;

    /** Unicode's control characters but tab and line ends; PostgreSQL cannot keep NUL, terminals obey the others. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\\t\\n\\r]]");

    private static final Pattern LINE_END = Pattern.compile("[\\n\\r]");

    private final List<FieldProblem> found = new ArrayList<>();

    public void add(String pointer, String message) {
        if (found.size() < MOST) {
            found.add(new FieldProblem(pointer, message));
        }
    }

    public void addAll(Problems others) {
        others.found.forEach(problem -> add(problem.pointer(), problem.message()));
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    public List<FieldProblem> all() {
        return List.copyOf(found);
    }

    /** @throws InvalidInput if there is any */
    public void throwIfAny() {
        InvalidInput.throwIfAny(found);
    }

    /** Whether it is there; a problem if not. */
    public boolean present(String pointer, @Nullable Object value) {
        if (value == null) {
            add(pointer, "is required");
            return false;
        }
        return true;
    }

    /** A required text of one line, neither empty nor blank at its ends. */
    public boolean line(String pointer, @Nullable String value, int maxLength) {
        if (!present(pointer, value) || value == null || !text(pointer, value, maxLength)) {
            return false;
        }
        if (value.isEmpty()
                || !value.equals(value.strip())
                || LINE_END.matcher(value).find()) {
            add(pointer, "must be one line of 1 to " + maxLength + " letters, without blanks at its ends");
            return false;
        }
        return true;
    }

    /** An optional text, which may have several lines. */
    public boolean text(String pointer, @Nullable String value, int maxLength) {
        if (value == null) {
            return false;
        }
        if (value.codePointCount(0, value.length()) > maxLength) {
            add(pointer, "has more than the " + maxLength + " letters that are allowed");
            return false;
        }
        if (CONTROL.matcher(value).find()) {
            add(pointer, "holds control characters; allowed are tab and line ends");
            return false;
        }
        return true;
    }

    /**
     * An optional text of this form.
     *
     * @param allowed the form in words, for the message
     */
    public boolean form(String pointer, @Nullable String value, Pattern form, String allowed) {
        if (value == null) {
            return false;
        }
        if (!form.matcher(value).matches()) {
            add(pointer, "must be " + allowed);
            return false;
        }
        return true;
    }

    /** An optional number in a range, both ends included. */
    public boolean range(String pointer, @Nullable Number value, long least, long most) {
        if (value == null) {
            return false;
        }
        long number = value.longValue();
        if (number < least || number > most) {
            add(
                    pointer,
                    most == Long.MAX_VALUE
                            ? "is %d; it must be at least %d".formatted(number, least)
                            : "is %d; allowed are %d to %d".formatted(number, least, most));
            return false;
        }
        return true;
    }

    /** An optional list of texts of this form, none twice. */
    public void forms(String pointer, @Nullable List<String> values, int most, Pattern form, String allowed) {
        if (values == null) {
            return;
        }
        if (values.size() > most) {
            add(pointer, "has " + values.size() + " entries; at most " + most + " are allowed");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < values.size(); i++) {
            String at = pointer + "/" + i;
            if (present(at, values.get(i)) && form(at, values.get(i), form, allowed) && !seen.add(values.get(i))) {
                add(at, "stands twice in the list");
            }
        }
    }
}
