package org.maintenancemanager.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.core.query.Problems;

@NullMarked
class PasswordRulesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "elevenlette",
                "PassWord1234",
                "aaaaaaaaaaaaaaaa",
                "abababababababab",
                "my name is kimberly",
                "MaintenanceManager1",
                "P@ssw0rd!2024",
                "qwertyuiop[]asdf",
                "1qaz2wsx3edc4rfv",
                "Summer2026Summer2026",
                "iloveyousomuch",
                "administrator1!",
                "berlinberlin2026",
                "BerlinPlant2026",
                "CorrectHorseBatteryStaple"
            })
    void whatIsGuessedFirstIsRefused(String password) {
        assertThat(isAllowed(password)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a long and quiet night",
                "vz7gq2mwkd4p",
                "quiet night 5c9e",
                "правильная лошадь",
                "🐎🔋📎🐴 and staples"
            })
    void longOnesAreAllowedWhateverTheyConsistOf(String password) {
        assertThat(isAllowed(password)).isTrue();
    }

    private static boolean isAllowed(String password) {
        var problems = new Problems();
        PasswordRules.check(problems, "/newPassword", password, "kimberly", List.of("berlin-plant", "Kim Lee"));
        return problems.isEmpty();
    }
}
