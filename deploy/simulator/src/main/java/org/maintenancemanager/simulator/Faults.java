package org.maintenancemanager.simulator;

/**
 * What goes wrong on the way between nodes and the manager; each a probability from 0 to 1.
 *
 * @param lostReplies an answer to a poll or report is thrown away after the manager acted on it
 * @param duplicates a batch of reports is sent twice
 * @param resets a download is cut somewhere in the middle; the node resumes it
 * @param wrongBytes one byte of a download is changed, which the node's check must find
 * @param silenceAfterPermit a node that got a permit is never heard again
 */
public record Faults(
        double lostReplies, double duplicates, double resets, double wrongBytes, double silenceAfterPermit) {
    public static final Faults NONE = new Faults(0, 0, 0, 0, 0);

    public Faults {
        probability("lostReplies", lostReplies);
        probability("duplicates", duplicates);
        probability("resets", resets);
        probability("wrongBytes", wrongBytes);
        probability("silenceAfterPermit", silenceAfterPermit);
    }

    static double probability(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be a probability from 0 to 1, found " + value);
        }
        return value;
    }
}
