package org.maintenancemanager.core.ddi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client says about an action.
 *
 * @param progressPercent 0 to 100; null: not said
 * @param details its own words, line by line
 */
public record DdiFeedback(
        Execution execution,
        Finished finished,
        @Nullable Integer progressPercent,
        @Nullable Integer code,
        List<String> details) {
    /** In the words of the API, in small letters there. */
    public enum Execution {
        CLOSED,
        PROCEEDING,
        CANCELED,
        SCHEDULED,
        REJECTED,
        RESUMED,
        DOWNLOADED,
        DOWNLOAD
    }

    public enum Finished {
        SUCCESS,
        FAILURE,
        NONE
    }

    public DdiFeedback {
        details = List.copyOf(details);
    }

    boolean says(String sentence) {
        return details.stream().anyMatch(line -> line.strip().equalsIgnoreCase(sentence));
    }

    boolean mentions(String word) {
        return details.stream()
                .anyMatch(line -> line.toLowerCase(java.util.Locale.ROOT).contains(word));
    }
}
