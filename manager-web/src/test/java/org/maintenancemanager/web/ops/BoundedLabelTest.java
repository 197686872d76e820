package org.maintenancemanager.web.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class BoundedLabelTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void labelsBeyondTheBoundAreCountedTogether() {
        registry.config().meterFilter(new BoundedLabel("campaign", 2));

        for (String campaign : new String[] {"a", "b", "c", "d", "a"}) {
            registry.counter("manager.grants", "campaign", campaign, "kind", "x")
                    .increment();
        }

        assertThat(registry.get("manager.grants").tag("campaign", "a").counter().count())
                .isEqualTo(2);
        assertThat(registry.get("manager.grants")
                        .tags("campaign", BoundedLabel.OTHER, "kind", "x")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.find("manager.grants").tag("campaign", "c").counter())
                .isNull();
    }
}
