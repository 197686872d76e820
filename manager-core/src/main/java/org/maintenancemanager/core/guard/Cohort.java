package org.maintenancemanager.core.guard;

/**
 * Nodes that have something in common which may make an image fail on them alone.
 *
 * @param name the hardware, the path of the site, or the digest of the image that ran before; empty where it is unknown
 */
public record Cohort(Kind kind, String name, Tally tally) {
    public enum Kind {
        HARDWARE,
        SITE,
        /** The image that ran before the update. */
        SOURCE
    }
}
