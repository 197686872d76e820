package org.maintenancemanager.web.ops;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import java.util.HashSet;
import java.util.Set;

/** Lets a label have so many values; all later ones are counted together as {@value #OTHER}. */
final class BoundedLabel implements MeterFilter {
    static final String OTHER = "other";

    private final String label;
    private final int most;
    private final Set<String> seen = new HashSet<>();

    BoundedLabel(String label, int most) {
        this.label = label;
        this.most = most;
    }

    @Override
    public Meter.Id map(Meter.Id id) {
        String value = id.getTag(label);
        if (value == null || isAllowed(value)) {
            return id;
        }
        return id.replaceTags(id.getTags().stream()
                .map(tag -> tag.getKey().equals(label) ? Tag.of(label, OTHER) : tag)
                .toList());
    }

    private synchronized boolean isAllowed(String value) {
        return seen.contains(value) || seen.size() < most && seen.add(value);
    }
}
