package org.maintenancemanager.core.guard;

/**
 * What became of nodes.
 *
 * @param finished that came to an end, well or badly
 * @param failures those of them that failed, rolled back or were lost
 */
public record Tally(long finished, long failures) {
    public Tally {
        if (failures < 0 || finished < failures) {
            throw new IllegalArgumentException("%d of %d updates cannot have failed".formatted(failures, finished));
        }
    }

    /** The others, when {@code part} of these is taken out. */
    Tally without(Tally part) {
        return new Tally(finished - part.finished, failures - part.failures);
    }
}
