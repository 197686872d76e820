package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.Map;
import org.maintenancemanager.api.node.FailurePhase;

/**
 * What became of updates between two instants.
 *
 * @param started permits granted
 * @param downloaded images loaded and verified
 * @param failed by the phase that failed; phases without any are absent
 * @param canceled canceled or superseded
 * @param unused permits that ran out unused
 * @param missed the most frequent reason first
 * @param sentence the same in words
 */
public record NightCounts(
        int started,
        int downloaded,
        int confirmed,
        int rolledBack,
        int lost,
        Map<FailurePhase, Integer> failed,
        int canceled,
        int unused,
        List<MissedWindows> missed,
        String sentence) {}
