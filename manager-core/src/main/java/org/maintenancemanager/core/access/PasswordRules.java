package org.maintenancemanager.core.access;

import com.nulabinc.zxcvbn.Zxcvbn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.Problems;

/** Which passwords people may choose: long ones that nobody guesses first. What signs they consist of is their affair. */
final class PasswordRules {
    static final int SHORTEST = 12;

    /** What a thief of the hashes tries within hours, at the 25 ms that one costs. */
    private static final double LEAST_GUESSES = 1e9;

    /** The estimate takes longer the longer the password is, and what is not guessed by then is not guessed. */
    private static final int LONGEST_MEASURED = 64;

    private static final Zxcvbn GUESSER = new Zxcvbn();
    private static final Pattern WORD_ENDS = Pattern.compile("[^\\p{L}\\p{N}]+");

    /** Passwords that everybody tries first, which the estimate takes for better than they are; all in small letters. */
    private static final Set<String> COMMON = common();

    private PasswordRules() {}

    /**
     * @param name of the person, which the password must not hold
     * @param context further words that whoever guesses would try: names of the person and its tenant
     */
    static void check(Problems problems, String pointer, @Nullable String password, String name, List<String> context) {
        if (!problems.present(pointer, password) || password == null) {
            return;
        }
        int letters = password.codePointCount(0, password.length());
        if (letters < SHORTEST || password.length() > LogIns.LONGEST_PASSWORD) {
            problems.add(pointer, "must have %d to %d letters".formatted(SHORTEST, LogIns.LONGEST_PASSWORD));
            return;
        }
        String plain = password.toLowerCase(Locale.ROOT);
        if (COMMON.contains(plain) || guesses(password, name, context) < LEAST_GUESSES) {
            problems.add(pointer, "is one of those that are tried first; choose another");
        } else if (name.length() >= 4 && plain.contains(name.toLowerCase(Locale.ROOT))
                || plain.contains("maintenancemanager")) {
            problems.add(pointer, "holds the name of the person or of the manager; choose another");
        }
    }

    /** How many it takes somebody who knows what people choose. */
    private static double guesses(String password, String name, List<String> context) {
        List<String> words = new ArrayList<>(List.of("maintenance", "manager", "maintmgr"));
        words.addAll(List.of(WORD_ENDS.split(name)));
        context.forEach(text -> words.addAll(List.of(WORD_ENDS.split(text))));
        String measured = password.length() <= LONGEST_MEASURED ? password : password.substring(0, LONGEST_MEASURED);
        return GUESSER.measure(
                        measured, words.stream().filter(word -> !word.isEmpty()).toList())
                .getGuesses();
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
