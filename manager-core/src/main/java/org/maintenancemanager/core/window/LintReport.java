package org.maintenancemanager.core.window;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be said of a window before it is kept.
 *
 * @param text when it is open, as a person says it
 * @param openInAYear how much of the 365 days from now it covers, whether a freeze holds then or not; where nodes are in
 *     several zones, at most of their zones
 * @param nodes to which it would apply
 * @param findings the worst first
 */
public record LintReport(String text, Duration openInAYear, long nodes, List<Finding> findings, Impact impact) {
    public LintReport {
        findings = List.copyOf(findings);
    }

    /** What may be said. */
    public enum Code {
        NEVER_OPENS,
        NOT_WITHIN_A_YEAR,
        SWALLOWED_BY_FREEZE,
        PARTLY_FROZEN,
        TOO_SHORT,
        UNUSED,
        NODES_WITHOUT_WINDOW,
        OVERLAPS,
        DST_AFFECTED
    }

    /** How bad it is. */
    public enum Severity {
        /** Nodes will not be updated. */
        ERROR,
        /** Probably not meant. */
        WARNING,
        INFO
    }

    /** @param nodes that it is about; 0 if it is about none */
    public record Finding(Code code, Severity severity, long nodes, String sentence) {}

    /**
     * What the change does to nodes.
     *
     * @param nodes whose windows change
     * @param otherNextOpening of these, those whose next opening changes
     * @param firstWindow of these, those that had no window
     * @param lastWindow of these, those that have none afterwards
     * @param sites most nodes first, at most {@value #MAX_SITES}
     * @param truncated whether there are more sites
     */
    public record Impact(
            long nodes,
            long otherNextOpening,
            long firstWindow,
            long lastWindow,
            List<SiteImpact> sites,
            boolean truncated) {
        static final int MAX_SITES = 100;

        public Impact {
            sites = List.copyOf(sites);
        }
    }

    /**
     * Nodes of one site that fare alike.
     *
     * @param before start of their next opening as windows are now, in the past if they are open; null if none within a year
     * @param after the same with the change
     */
    public record SiteImpact(
            String sitePath,
            long nodes,
            @Nullable Instant before,
            @Nullable Instant after) {}
}
