package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.forecast.Prepared.Grantable;
import org.maintenancemanager.core.window.OpenTimes;

/** Collects what about the windows and update paths of a campaign's nodes is probably not meant. */
public final class Lint {
    private static final int SITES_SHOWN = 5;

    private final Instant now;
    private final Instant until;
    private final Duration guardTime;
    private final @Nullable Instant deadline;
    private final Map<Code, Found> found = new EnumMap<>(Code.class);

    /** @param deadline that is also looked at; null: none */
    Lint(Instant now, Instant until, Duration guardTime, @Nullable Instant deadline) {
        this.now = now;
        this.until = until;
        this.guardTime = guardTime;
        this.deadline = deadline;
    }

    /** What may be said. */
    public enum Code {
        NO_PATH("No update path leads from what they run to the image."),
        NO_WINDOW("No maintenance window applies to them."),
        SWALLOWED_BY_FREEZE("A freeze holds whenever a window would be open."),
        NOT_WITHIN_A_YEAR("No window opens within a year."),
        TOO_SHORT("No window is as long as an update of their hardware takes."),
        NOTHING_BEFORE_DEADLINE("No window that is long enough opens before the deadline."),
        WAVE_UNHEARD("None of its nodes was heard of lately.");

        private final String sentence;

        Code(String sentence) {
            this.sentence = sentence;
        }
    }

    /** Nodes of waves after which others come, and how many of them are silent. */
    private final Map<Integer, int[]> waves = new TreeMap<>();

    private final Map<Integer, Set<String>> sitesOfWaves = new TreeMap<>();

    /** Counts nodes that have something to do in a wave. */
    void countInWave(int wave, boolean silent, String site, int nodes) {
        int[] counts = waves.computeIfAbsent(wave, any -> new int[2]);
        counts[0] += nodes;
        counts[1] += silent ? nodes : 0;
        Set<String> sites = sitesOfWaves.computeIfAbsent(wave, any -> new TreeSet<>());
        if (sites.size() < SITES_SHOWN) {
            sites.add(site);
        }
    }

    /** @param open the first wave that has not passed */
    private List<Finding> unheard(List<CampaignSpec.WaveSpec> spec, int open) {
        List<Finding> findings = new ArrayList<>();
        waves.forEach((wave, counts) -> {
            if (wave >= open && wave < spec.size() - 1 && counts[0] == counts[1]) {
                Duration after = spec.get(wave).gate().unheardAfter();
                String then = after == null
                        ? "Wave %s will not open before one of them comes back, or a person promotes it."
                        : "Wave %s will open %s after it all the same.";
                findings.add(new Finding(
                        Code.WAVE_UNHEARD,
                        counts[0],
                        List.copyOf(sitesOfWaves.getOrDefault(wave, Set.of())),
                        ("None of the nodes in wave %s was heard of lately. " + then)
                                .formatted(
                                        spec.get(wave).name(),
                                        spec.get(wave + 1).name(),
                                        after == null ? "" : words(after))));
            }
        });
        return findings;
    }

    private static String words(Duration duration) {
        return duration.toHours() < 1 ? duration.toMinutes() + " min" : duration.toHours() + " h";
    }

    /**
     * Nodes that will not be updated, or not in time, or that keep others back.
     *
     * @param sites with the most of them, at most {@value #SITES_SHOWN}
     */
    public record Finding(Code code, int nodes, List<String> sites, String sentence) {
        public Finding {
            sites = List.copyOf(sites);
        }
    }

    private static final class Found {
        private int nodes;
        private final Map<String, Integer> sites = new TreeMap<>();
        private Duration longest = Duration.ZERO;
        private Duration needed = Duration.ZERO;
    }

    void look(OpenTimes.Times times, Duration needed, String site, int nodes) {
        Code code = code(times, needed);
        if (code == null) {
            return;
        }
        Found here = found.computeIfAbsent(code, any -> new Found());
        here.nodes += nodes;
        here.sites.merge(site, nodes, Integer::sum);
        if (code == Code.TOO_SHORT) {
            for (int i = 0; i < times.size(); i++) {
                Duration length = Duration.ofMillis(times.end(i) - times.start(i));
                here.longest = length.compareTo(here.longest) > 0 ? length : here.longest;
            }
            here.needed = needed.compareTo(here.needed) > 0 ? needed : here.needed;
        }
    }

    /** Nodes that no way leads to the image. */
    void noPath(String site, int nodes) {
        Found here = found.computeIfAbsent(Code.NO_PATH, any -> new Found());
        here.nodes += nodes;
        here.sites.merge(site, nodes, Integer::sum);
    }

    private @Nullable Code code(OpenTimes.Times times, Duration needed) {
        if (!times.hasWindow()) {
            return Code.NO_WINDOW;
        }
        if (times.size() == 0) {
            return times.isFrozen() ? Code.SWALLOWED_BY_FREEZE : Code.NOT_WITHIN_A_YEAR;
        }
        Grantable grantable =
                new Grantable(times, needed.plus(guardTime).toMillis(), now.toEpochMilli(), until.toEpochMilli());
        if (grantable.size() == 0) {
            return Code.TOO_SHORT;
        }
        return deadline != null && grantable.start(0) > deadline.toEpochMilli() ? Code.NOTHING_BEFORE_DEADLINE : null;
    }

    /** @param open the first wave that has not passed */
    List<Finding> findings(List<CampaignSpec.WaveSpec> spec, int open) {
        List<Finding> findings = unheard(spec, open);
        found.forEach((code, here) -> {
            List<String> sites = here.sites.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                    .limit(SITES_SHOWN)
                    .map(Map.Entry::getKey)
                    .toList();
            String more = code == Code.TOO_SHORT
                    ? " The longest is %d min, and up to %d min are needed."
                            .formatted(
                                    here.longest.toMinutes(),
                                    here.needed.plus(guardTime).toMinutes() + 1)
                    : "";
            findings.add(new Finding(code, here.nodes, sites, code.sentence + more));
        });
        return findings;
    }
}
