package org.maintenancemanager.web.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class ByteRangeTest {
    private static final long FIVE_GIB = 5L << 30;

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0,          0,          1",
        "bytes=0-99,         0,          100",
        "bytes=10-,          10,         100",
        "bytes=99-99,        99,         100",
        "bytes=10-1000,      10,         100",
        "bytes=-1,           99,         100",
        "bytes=-1000,        0,          100"
    })
    void onePartOfAHundredBytes(String header, long start, long end) {
        assertThat(ByteRange.of(header, 100)).isEqualTo(new ByteRange.Part(start, end));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999999-"})
    void whatLiesOutsideCannotBeGiven(String header) {
        assertThat(ByteRange.of(header, 100)).isEqualTo(new ByteRange.Unsatisfiable());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "items=0-1",
                "bytes=0-1,5-6",
                "bytes=5-4",
                "bytes=-",
                "bytes=a-b",
                "bytes=",
                "",
                "bytes=9999999999999999999-"
            })
    void whatCannotBeReadIsIgnored(String header) {
        assertThat(ByteRange.of(header, 100)).isEqualTo(new ByteRange.All());
    }

    @Test
    void contentMayBeLargerThanFourGibibytes() {
        assertThat(ByteRange.of("bytes=4294967296-", FIVE_GIB)).isEqualTo(new ByteRange.Part(1L << 32, FIVE_GIB));
    }
}
