package org.maintenancemanager.core.access;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.Problems;

/** Which passwords people may choose: long ones that nobody guesses first. What signs they consist of is their affair. */
final class PasswordRules {
    static final int SHORTEST = 12;

    /** Passwords that everybody tries first, of those that are long enough; all in small letters. */
    private static final Set<String> COMMON = common();

    private PasswordRules() {}

    /** @param name of the person, which the password must not hold */
    static void check(Problems problems, String pointer, @Nullable String password, String name) {
        if (!problems.present(pointer, password) || password == null) {
            return;
        }
        int letters = password.codePointCount(0, password.length());
        if (letters < SHORTEST || password.length() > LogIns.LONGEST_PASSWORD) {
            problems.add(pointer, "must have %d to %d letters".formatted(SHORTEST, LogIns.LONGEST_PASSWORD));
            return;
        }
        String plain = password.toLowerCase(Locale.ROOT);
        if (COMMON.contains(plain) || plain.chars().distinct().count() < 5) {
            problems.add(pointer, "is one of those that are tried first; choose another");
        } else if (name.length() >= 4 && plain.contains(name.toLowerCase(Locale.ROOT))
                || plain.contains("maintenancemanager")) {
            problems.add(pointer, "holds the name of the person or of the manager; choose another");
        }
    }

    private static Set<String> common() {
        try (InputStream list =
                        Objects.requireNonNull(PasswordRules.class.getResourceAsStream("common-passwords.txt"));
                var lines = new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.startsWith("#")).collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
