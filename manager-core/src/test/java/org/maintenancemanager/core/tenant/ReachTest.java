package org.maintenancemanager.core.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReachTest {
    private final Reach two = Reach.of(List.of("/eu/de", "/eu/de/berlin", "/us", "/eu/de"));

    @Test
    void withinItselfNothingIsNamedTwice() {
        assertThat(two.within(null)).containsExactly("/eu/de", "/us");
        assertThat(Reach.of(List.of()).within(null)).isEmpty();
    }

    @Test
    void whatLiesWithinASiteIsTheSiteOrWhatOfItIsWithin() {
        assertThat(two.within("/eu/de/hamburg")).containsExactly("/eu/de/hamburg");
        assertThat(two.within("/eu")).containsExactly("/eu/de");
        assertThat(two.within("/asia")).isEmpty();
        assertThat(two.within("/e")).isEmpty();
    }

    @Test
    void everywhereHasNoBounds() {
        assertThat(Reach.EVERYWHERE.within(null)).hasSize(1).containsOnlyNulls();
        assertThat(Reach.EVERYWHERE.within("/eu")).containsExactly("/eu");
    }
}
