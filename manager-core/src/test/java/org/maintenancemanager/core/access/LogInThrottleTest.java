package org.maintenancemanager.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class LogInThrottleTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final LogInThrottle throttle = new LogInThrottle();

    @Test
    void aNameIsTriedTenTimesAndThenEveryHalfMinute() {
        for (int i = 0; i < 10; i++) {
            assertThat(throttle.take("kim", "192.0.2." + i, false, 0)).isZero();
        }
        assertThat(throttle.take("kim", "192.0.2.77", false, 0)).isEqualTo(30);
        assertThat(throttle.take("KIM", "192.0.2.78", false, 20 * SECOND)).isEqualTo(10);
        assertThat(throttle.take("kim", "192.0.2.79", false, 30 * SECOND)).isZero();
        assertThat(throttle.take("kim", "192.0.2.80", false, 30 * SECOND)).isEqualTo(30);
    }

    @Test
    void anAddressTriesTwentyNamesAndThenEveryThreeSeconds() {
        for (int i = 0; i < 20; i++) {
            assertThat(throttle.take("name-" + i, "192.0.2.1", false, 0)).isZero();
        }
        assertThat(throttle.take("another", "192.0.2.1", false, 0)).isEqualTo(3);
        assertThat(throttle.take("another", "192.0.2.2", false, 0)).isZero();
    }

    @Test
    void addressesOfOneNetworkOfIpv6CountTogether() {
        for (int i = 0; i < 20; i++) {
            assertThat(throttle.take("name-" + i, "2001:db8:0:1::" + i, false, 0))
                    .isZero();
        }
        assertThat(throttle.take("another", "2001:db8:0:1:ffff::1", false, 0)).isPositive();
        assertThat(throttle.take("another", "2001:db8:0:2::1", false, 0)).isZero();
    }

    @Test
    void strangersDoNotKeepTheOwnerOutWhereTheyLoggedInBefore() {
        for (int i = 0; i < 1000; i++) {
            throttle.take("kim", "198.51.100." + i % 250, false, 0);
        }
        assertThat(throttle.take("kim", "192.0.2.1", false, 0)).isPositive();
        assertThat(throttle.take("kim", "192.0.2.1", true, 0)).isZero();
    }

    @Test
    void whatSucceedsCostsNothing() {
        for (int i = 0; i < 100; i++) {
            assertThat(throttle.take("kim", "192.0.2.1", false, 0)).isZero();
            throttle.giveBack("kim", "192.0.2.1", false, 0);
        }
    }
}
