package org.maintenancemanager.core.forecast;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.api.node.FailurePhase;

/**
 * What happened between two instants.
 *
 * @param from inclusive
 * @param until exclusive
 * @param campaigns that something happened in, most starts first
 * @param sites that something happened at, most trouble first, at most {@value #MAX_SITES}
 * @param truncated whether there were more sites, or more openings than are looked at
 */
public record NightReport(
        Instant from,
        Instant until,
        Counts counts,
        List<CampaignNight> campaigns,
        List<SiteNight> sites,
        boolean truncated) {
    static final int MAX_SITES = 1000;

    public NightReport {
        campaigns = List.copyOf(campaigns);
        sites = List.copyOf(sites);
    }

    public record CampaignNight(UUID campaign, String name, Counts counts) {}

    public record SiteNight(String sitePath, Counts counts) {}

    /** Openings that went by; {@code windows} counts each node for each of them. */
    public record Missed(MissedWindows.Reason reason, int windows) {}

    /**
     * What became of updates.
     *
     * @param started permits granted
     * @param downloaded images loaded and verified
     * @param failed by the phase that failed; phases without any are absent
     * @param unused permits that ran out unused
     * @param missed the most frequent reason first
     */
    public record Counts(
            int started,
            int downloaded,
            int confirmed,
            int rolledBack,
            int lost,
            Map<FailurePhase, Integer> failed,
            int canceled,
            int unused,
            List<Missed> missed) {
        public Counts {
            failed = Map.copyOf(failed);
            missed = List.copyOf(missed);
        }

        int trouble() {
            return rolledBack + lost + failures() + missedWindows();
        }

        private int failures() {
            return failed.values().stream().mapToInt(Integer::intValue).sum();
        }

        private int missedWindows() {
            return missed.stream().mapToInt(Missed::windows).sum();
        }

        /** {@code 120 started, 118 confirmed, 1 rolled back, 1 lost. 14 windows were missed, most because ...} */
        public String sentence() {
            List<String> parts = new ArrayList<>();
            parts.add(started + " started");
            parts.add(confirmed + " confirmed");
            if (rolledBack > 0) {
                parts.add(rolledBack + " rolled back");
            }
            if (lost > 0) {
                parts.add(lost + " lost");
            }
            if (failures() > 0) {
                parts.add(failures() + " failed");
            }
            String done = String.join(", ", parts) + ".";
            return missed.isEmpty()
                    ? done
                    : "%s Missed windows: %d, most often: %s"
                            .formatted(
                                    done,
                                    missedWindows(),
                                    missed.getFirst().reason().sentence());
        }
    }
}
