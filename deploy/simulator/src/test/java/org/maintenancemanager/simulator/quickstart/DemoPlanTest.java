package org.maintenancemanager.simulator.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.simulator.quickstart.DemoPlan.DemoSite;

class DemoPlanTest {
    @Test
    void twoHundredNodesLiveInThreeTimeZones() {
        assertThat(DemoPlan.nodes()).isEqualTo(200);
        Set<String> zones = new HashSet<>();
        DemoPlan.sites().forEach(site -> zones.add(site.zone()));
        assertThat(zones).hasSize(3);
    }

    @Test
    void everySiteWithNodesHasAWindowOfItsOwnOrFromAbove() {
        var windows = DemoPlan.windows(Instant.parse("2026-11-23T23:59:50Z"));
        for (DemoSite site : DemoPlan.sites()) {
            if (site.nodes() > 0) {
                assertThat(windows)
                        .extracting(window -> window.get("target"))
                        .extracting("sitePath")
                        .anySatisfy(path -> assertThat(site.path()).startsWith(String.valueOf(path)));
            }
        }
    }

    @Test
    void windowsAreInTheWallClockOfTheirZone() {
        var windows = DemoPlan.windows(Instant.parse("2026-11-23T23:59:50Z"));

        assertThat(windows.get(0))
                .extracting("recurrence")
                .hasFieldOrPropertyWithValue("startsAt", "2026-11-24T00:49:50");
        assertThat(windows.get(1))
                .extracting("recurrence")
                .hasFieldOrPropertyWithValue("startsAt", "2026-11-23T19:00:35");
        assertThat(windows.get(2))
                .doesNotContainKey("duration")
                .extracting("recurrence")
                .hasFieldOrPropertyWithValue("endsAt", "2026-11-24T15:00:20");
        assertThat(windows.get(3))
                .extracting("recurrence")
                .hasFieldOrPropertyWithValue("startsAt", "2026-11-27T02:00:00");
    }

    @Test
    void imagesAreTheSameBytesEachTimeAndDifferFromEachOther() {
        assertThat(DemoPlan.GOOD.bytes()).isEqualTo(DemoPlan.GOOD.bytes()).isNotEqualTo(DemoPlan.BROKEN.bytes());
        assertThat(DemoPlan.GOOD.bytes().length).isGreaterThan(3_000_000);
    }

    @Test
    void ownTokenLooksLikeAnApiToken() {
        assertThat(Secrets.apiToken()).matches("mmat_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}\\.[A-Za-z0-9_-]{43}");
    }
}
