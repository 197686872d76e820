package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.BudgetId;
import org.maintenancemanager.core.campaign.CampaignFacts.BudgetFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.DownloadFacts;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.forecast.ForecastFacts.Cohort;
import org.maintenancemanager.core.forecast.ForecastFacts.Habits;
import org.maintenancemanager.core.forecast.ForecastFacts.Limit;
import org.maintenancemanager.core.forecast.ForecastFacts.Pacing;
import org.maintenancemanager.core.forecast.ForecastFacts.Rules;
import org.maintenancemanager.core.forecast.ForecastFacts.Standing;
import org.maintenancemanager.core.forecast.ForecastFacts.Took;
import org.maintenancemanager.core.forecast.ForecastFacts.Wave;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.update.FleetFacts;
import org.maintenancemanager.core.window.OpenTimes;

/** Puts groups of nodes together to what a forecast is made from: those that it need not tell apart become one. */
final class Assembly {
    private final Instant now;
    private final Instant until;
    private final CampaignSpec spec;
    private final FleetFacts.Of fleet;
    private final OpenTimes times;
    private final Measured measured;

    private final Map<Key, Cohorts> cohorts = new LinkedHashMap<>();
    private final List<Limit> limits = new ArrayList<>();
    private final Map<BudgetId, Integer> places = new HashMap<>();
    private final Map<BudgetId, Integer> own;
    private final @Nullable Integer tenantLimit;
    private final Set<String> unmeasured = new TreeSet<>();

    /** For who is away: seconds that nothing was heard of them beyond the time after which they count as away. */
    private double awaySeconds;

    private int away;
    private int here;

    /**
     * What is known of times.
     *
     * @param byHardware what installing takes
     * @param otherwise for hardware that was not measured
     */
    record Measured(Map<String, Took> byHardware, Took otherwise, Took download, long imageBytes) {}

    /**
     * @param own slots of budgets that the campaign itself has taken
     * @param tenantSlots slots that the tenant has left beside those of other campaigns; null: no cap
     */
    Assembly(
            Instant now,
            Instant until,
            CampaignSpec spec,
            FleetFacts.Of fleet,
            OpenTimes times,
            Measured measured,
            Map<BudgetId, Integer> own,
            @Nullable Integer tenantSlots) {
        this.now = now;
        this.until = until;
        this.spec = spec;
        this.fleet = fleet;
        this.times = times;
        this.measured = measured;
        this.own = own;
        if (tenantSlots == null) {
            tenantLimit = null;
        } else {
            tenantLimit = 0;
            limits.add(new Limit("of the whole tenant", tenantSlots, 0));
        }
    }

    private record Key(
            OpenTimes.Times times, int wave, @Nullable String hardware, List<Integer> limits) {}

    /** Cohorts that become one. */
    private static final class Cohorts {
        private final Set<String> sites = new TreeSet<>();
        private final int[] counts = new int[Stage.values().length];
        private double inFlightSeconds;
    }

    /** Where nodes stand, in the order of {@link Standing}. */
    enum Stage {
        TO_DOWNLOAD,
        TO_DOWNLOAD_AWAY,
        READY,
        READY_AWAY,
        IN_FLIGHT,
        CONFIRMED,
        FAILED,
        SILENT
    }

    /** The times of the nodes, for whoever wants to say more of them. */
    OpenTimes.Times timesOf(Selectable nodes) {
        return times.of(nodes);
    }

    Duration neededBy(Selectable nodes) {
        Duration said = spec.neededTime();
        return said != null ? said : install(nodes.hardware()).p95();
    }

    private Took install(@Nullable String hardware) {
        return hardware == null ? measured.otherwise : measured.byHardware.getOrDefault(hardware, measured.otherwise);
    }

    /** @param seconds that they have had their permit, added up; for other stages it does not matter */
    void add(Selectable nodes, int wave, Stage stage, int many, double seconds) {
        if (stage != Stage.CONFIRMED && stage != Stage.FAILED && install(nodes.hardware()) == measured.otherwise) {
            unmeasured.add(nodes.hardware() == null ? "" : nodes.hardware());
        }
        List<Integer> applying = new ArrayList<>();
        if (tenantLimit != null) {
            applying.add(tenantLimit);
        }
        for (BudgetFacts budget : fleet.budgets(nodes)) {
            applying.add(places.computeIfAbsent(budget.id(), id -> {
                int others = Math.max(0, budget.inFlight() - own.getOrDefault(id, 0));
                limits.add(new Limit(budget.name(), budget.maxInFlight(), others, pacing(budget.downloads())));
                return limits.size() - 1;
            }));
        }
        Cohorts cohort = cohorts.computeIfAbsent(
                new Key(times.of(nodes), wave, nodes.hardware(), List.copyOf(applying)), key -> new Cohorts());
        cohort.sites.add(nodes.sitePath());
        cohort.counts[stage.ordinal()] += many;
        cohort.inFlightSeconds += stage == Stage.IN_FLIGHT ? seconds : 0;
    }

    private @Nullable Pacing pacing(@Nullable DownloadFacts downloads) {
        if (downloads == null) {
            return null;
        }
        Long whole = downloads.bytesPerSecond();
        Long each = downloads.rateOfEach();
        return new Pacing(
                downloads.max() == null ? Integer.MAX_VALUE : downloads.max(),
                whole == null ? Duration.ZERO : lasting(measured.imageBytes, whole),
                each == null ? Duration.ZERO : lasting(measured.imageBytes, each));
    }

    private static Duration lasting(long bytes, long bytesPerSecond) {
        return Duration.ofMillis((long) Math.ceil(1000.0 * bytes / bytesPerSecond));
    }

    /** Counts for how often, and for how long, nodes are away. */
    void heardOf(boolean lately, int many, double secondsBeyond) {
        if (lately) {
            here += many;
        } else {
            away += many;
            awaySeconds += secondsBeyond;
        }
    }

    /** Hardware whose times are assumed; empty for nodes that do not name theirs. */
    Set<String> unmeasured() {
        return unmeasured;
    }

    Habits habits(double finished, double failed, Duration assumedAway) {
        Duration mean = away == 0 ? assumedAway : Duration.ofMillis(Math.round(1000 * awaySeconds / away));
        return new Habits(finished, failed, here, away, mean, away);
    }

    ForecastFacts facts(List<Wave> waves, Rules rules, Habits habits) {
        List<Cohort> all = new ArrayList<>();
        cohorts.forEach((key, cohort) -> {
            Took install = install(key.hardware);
            Duration needed = spec.neededTime() == null ? install.p95() : spec.neededTime();
            int[] counts = cohort.counts;
            int inFlight = counts[Stage.IN_FLIGHT.ordinal()];
            all.add(new Cohort(
                    place(cohort.sites),
                    key.wave,
                    key.times,
                    needed,
                    install,
                    measured.download,
                    key.limits,
                    new Standing(
                            counts[Stage.TO_DOWNLOAD.ordinal()],
                            counts[Stage.TO_DOWNLOAD_AWAY.ordinal()],
                            counts[Stage.READY.ordinal()],
                            counts[Stage.READY_AWAY.ordinal()],
                            inFlight,
                            inFlight == 0
                                    ? Duration.ZERO
                                    : Duration.ofMillis(Math.round(1000 * cohort.inFlightSeconds / inFlight)),
                            counts[Stage.CONFIRMED.ordinal()],
                            counts[Stage.FAILED.ordinal()],
                            counts[Stage.SILENT.ordinal()])));
        });
        return new ForecastFacts(now, until, waves, rules, limits, all, habits);
    }

    private static String place(Set<String> sites) {
        String first = sites.iterator().next();
        return switch (sites.size()) {
            case 1 -> first;
            case 2 -> String.join(" and ", sites);
            default -> "%s and %d more sites".formatted(first, sites.size() - 1);
        };
    }
}
