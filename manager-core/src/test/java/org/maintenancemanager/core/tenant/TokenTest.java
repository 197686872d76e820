package org.maintenancemanager.core.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class TokenTest {
    private static final String ID = "018f0000000070008000000000000001";
    private static final String SECRET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO-_";

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsReadBack(Token.Kind kind) {
        Token token = Token.generate(kind);

        assertThat(Token.parse(token.text())).contains(token);
        assertThat(token.matches(token.sha256())).isTrue();
    }

    @Test
    void anotherSecretDoesNotMatch() {
        Token token = Token.generate(Token.Kind.NODE);

        assertThat(Token.generate(Token.Kind.NODE).matches(token.sha256())).isFalse();
        assertThat(token.matches(new byte[0])).isFalse();
    }

    @Test
    void aTokenInALogShowsNoSecret() {
        Token token = Token.generate(Token.Kind.API);

        assertThat(token.toString()).contains(token.id().toString()).doesNotContain(token.secret());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mmnt_",
                "mmxx_" + ID + "." + SECRET,
                "MMNT_" + ID + "." + SECRET,
                "mmnt_" + ID + ":" + SECRET,
                "mmnt_" + ID + "." + SECRET + "a",
                "mmnt_018F0000000070008000000000000001." + SECRET,
                "mmnt_018g0000000070008000000000000001." + SECRET,
                "mmnt_" + ID + ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO+/",
                "mmnt_" + ID + ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOé_"
            })
    void textThatIsNotExactlyATokenIsRefused(String text) {
        assertThat(Token.parse(text)).isEmpty();
    }
}
