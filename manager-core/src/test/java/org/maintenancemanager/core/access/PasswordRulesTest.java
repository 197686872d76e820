package org.maintenancemanager.core.access;

import static org.assertj.core.api.Assertions.assertThat;

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
                "MaintenanceManager1"
            })
    void whatIsGuessedFirstIsRefused(String password) {
        assertThat(isAllowed(password)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a long and quiet night", "twelvelettrs", "правильная лошадь", "🐎🔋📎🐴 and staples"})
    void longOnesAreAllowedWhateverTheyConsistOf(String password) {
        assertThat(isAllowed(password)).isTrue();
    }

    private static boolean isAllowed(String password) {
        var problems = new Problems();
        PasswordRules.check(problems, "/newPassword", password, "kimberly");
        return problems.isEmpty();
    }
}
