package org.maintenancemanager.core.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LikePatternTest {
    @Test
    void prefixEndsAtTheFirstWildcard() {
        assertThat(LikePattern.prefix("node-*7*")).isEqualTo("node-");
        assertThat(LikePattern.prefix("*7")).isNull();
    }

    @Test
    void behindAPrefixIsTheNextCodePoint() {
        assertThat(LikePattern.behind("node-7")).isEqualTo("node-8");
        assertThat(LikePattern.behind("a_")).isEqualTo("a`");
        assertThat(LikePattern.behind("x\uD7FF")).isEqualTo("x\uE000");
        assertThat(LikePattern.behind("x\uD83D\uDE00")).isEqualTo("x\uD83D\uDE01");
        assertThat(LikePattern.behind(Character.toString(Character.MAX_CODE_POINT)))
                .isNull();
    }
}
