package org.maintenancemanager.core.window;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.window.WindowDefinition.Kind;

/**
 * How well the windows of a tenant cover its nodes. Decommissioned nodes are not counted.
 *
 * @param at when it was counted
 * @param withoutWindow nodes to which no PERMIT applies: they are never updated
 * @param neverOpen nodes that have windows, none of which opens within a year
 * @param onlyByDefault nodes that have nothing but DEFAULT windows
 * @param sites those with nodes without a window or that never open, most of them first, at most {@value #MAX_SITES}
 * @param windows those that no node uses first, at most {@value #MAX_WINDOWS}
 * @param truncated whether sites or windows were left out
 */
public record WindowCoverage(
        Instant at,
        long nodes,
        long withoutWindow,
        long neverOpen,
        long onlyByDefault,
        List<SiteGap> sites,
        List<Usage> windows,
        boolean truncated) {
    static final int MAX_SITES = 100;
    static final int MAX_WINDOWS = 1000;

    public WindowCoverage {
        sites = List.copyOf(sites);
        windows = List.copyOf(windows);
    }

    /** Nodes of one site, without those of the sites below. */
    public record SiteGap(String sitePath, long nodes, long withoutWindow, long neverOpen) {}

    /** Whether a window does anything. */
    public enum State {
        USED,
        /** Its target has no nodes, or it is a DEFAULT and all nodes have windows of their own. */
        UNUSED,
        DISABLED,
        /** It does not open any more, or not within ten years. */
        OVER
    }

    /**
     * @param nodes to which it applies
     * @param nextStart its next start at any of these, though a freeze may hold then; null if there is none within a year
     */
    public record Usage(
            WindowId id,
            String name,
            Kind kind,
            State state,
            long nodes,
            @Nullable Instant nextStart) {}
}
