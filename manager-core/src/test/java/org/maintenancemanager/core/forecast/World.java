package org.maintenancemanager.core.forecast;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.forecast.ForecastFacts.Cohort;
import org.maintenancemanager.core.forecast.ForecastFacts.Gate;
import org.maintenancemanager.core.forecast.ForecastFacts.Habits;
import org.maintenancemanager.core.forecast.ForecastFacts.Limit;
import org.maintenancemanager.core.forecast.ForecastFacts.Rules;
import org.maintenancemanager.core.forecast.ForecastFacts.Standing;
import org.maintenancemanager.core.forecast.ForecastFacts.Took;
import org.maintenancemanager.core.forecast.ForecastFacts.Wave;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.window.OpenTimes;
import org.maintenancemanager.core.window.Schedules;
import org.maintenancemanager.core.window.WindowDefinition;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowId;

/** A made-up fleet with its windows, budgets and a campaign, and how its nodes behave: drawn from a seed. */
final class World {
    static final Instant NOW = Instant.parse("2026-03-03T09:00:00Z");
    static final Duration GUARD = Duration.ofSeconds(30);
    static final Duration POLL = Duration.ofSeconds(60);
    static final Duration PERMIT_LIMIT = Duration.ofHours(1);
    static final Duration BOOT_DEADLINE = Duration.ofMinutes(30);
    static final Duration UNREACHABLE = Duration.ofMinutes(15);

    private static final List<String> ZONES =
            List.of("Europe/Berlin", "Europe/Oslo", "America/New_York", "Asia/Tokyo", "UTC");

    final Random chance;
    final List<Node> nodes = new ArrayList<>();
    final List<Limit> limits = new ArrayList<>();
    final List<String> limitPaths = new ArrayList<>();
    final List<Double> shares = new ArrayList<>();
    final List<Duration> soaks = new ArrayList<>();
    final List<Instant> notBefore = new ArrayList<>();
    final List<Hardware> hardware = new ArrayList<>();
    final Schedules schedules;
    final int maxInFlight;
    final double failureRate;
    /** Means of exponential times in milliseconds; away 0: nodes are always here. */
    final double meanAway;

    final double meanHere;

    /** What it really takes, and what was measured of that before. */
    record Hardware(String name, double median, double sigma, Took measured, double download, double downloadSigma) {}

    /** A node, and since when it has been away when the campaign starts; null if it is here. */
    record Node(
            int number,
            String site,
            String zone,
            int wave,
            int kind,
            @Nullable Instant awaySince) implements Selectable {
        @Override
        public UUID nodeId() {
            return new UUID(1, number);
        }

        @Override
        public String name() {
            return "node-" + number;
        }

        @Override
        public String sitePath() {
            return site;
        }

        @Override
        public String architecture() {
            return "x86_64";
        }

        @Override
        public NodeState state() {
            return NodeState.ACTIVE;
        }

        @Override
        public @Nullable String client() {
            return null;
        }

        @Override
        public @Nullable String imageVersion() {
            return null;
        }

        @Override
        public @Nullable String label(String key) {
            return null;
        }

        @Override
        public String hardware() {
            return "hw-" + kind;
        }
    }

    World(long seed) {
        chance = new Random(seed);
        int sites = 2 + chance.nextInt(6);
        failureRate = chance.nextInt(3) == 0 ? 0 : chance.nextDouble() * 0.04;
        double awayShare = chance.nextInt(4) == 0 ? 0 : chance.nextDouble() * 0.25;
        meanAway = awayShare == 0 ? 0 : hours(0.5 + chance.nextDouble() * 30);
        meanHere = awayShare == 0 ? 0 : meanAway * (1 - awayShare) / awayShare;
        for (int i = 0; i < 1 + chance.nextInt(3); i++) {
            hardware.add(drawHardware("hw-" + i));
        }
        schedules = new Schedules(1, windows(sites));
        int count = 60 + chance.nextInt(200);
        maxInFlight = 1 + chance.nextInt(chance.nextBoolean() ? 8 : 60);
        int canaries = Math.max(2, count / 15);
        shares.add(0.5 + chance.nextDouble() * 0.3);
        if (chance.nextBoolean()) {
            shares.add(0.5 + chance.nextDouble() * 0.3);
        }
        shares.add(0.0);
        for (int i = 0; i < shares.size(); i++) {
            soaks.add(chance.nextBoolean() ? Duration.ZERO : Duration.ofHours(chance.nextInt(48)));
            notBefore.add(chance.nextInt(4) > 0 ? NOW : NOW.plus(Duration.ofDays(chance.nextInt(6))));
        }
        for (int i = 0; i < count; i++) {
            int site = chance.nextInt(sites);
            int wave = i < canaries ? 0 : shares.size() == 2 ? 1 : 1 + chance.nextInt(2);
            Instant away = awayShare > 0 && chance.nextDouble() < awayShare
                    ? NOW.minusMillis((long) exponential(meanAway))
                    : null;
            nodes.add(new Node(
                    i, "/site-" + site, ZONES.get(site % ZONES.size()), wave, chance.nextInt(hardware.size()), away));
        }
        for (int site = 0; site < sites; site++) {
            if (chance.nextInt(3) == 0) {
                limits.add(new Limit("budget-" + site, 1 + chance.nextInt(5), 0));
                limitPaths.add("/site-" + site);
            }
        }
    }

    static double hours(double hours) {
        return hours * 3_600_000;
    }

    double exponential(double mean) {
        return -mean * Math.log(1 - chance.nextDouble());
    }

    double lognormal(double median, double sigma) {
        return median * Math.exp(sigma * chance.nextGaussian());
    }

    private Hardware drawHardware(String name) {
        double median = hours(0.05 + chance.nextDouble() * 0.3);
        double sigma = 0.1 + chance.nextDouble() * 0.3;
        double[] before = IntStream.range(0, 100)
                .mapToDouble(i -> lognormal(median, sigma))
                .sorted()
                .toArray();
        var measured = new Took(Duration.ofMillis((long) before[50]), Duration.ofMillis((long) before[95]), 100);
        return new Hardware(name, median, sigma, measured, hours(0.05 + chance.nextDouble()), 0.4);
    }

    private List<WindowDefinition> windows(int sites) {
        List<WindowDefinition> windows = new ArrayList<>();
        for (int site = 0; site < sites; site++) {
            LocalDateTime start = LocalDateTime.of(2026, 1, 5, 18 + chance.nextInt(6), 0);
            Duration length = Duration.ofMinutes(90 + 30L * chance.nextInt(10));
            WindowDefinition.Recurrence recurrence = switch (chance.nextInt(6)) {
                case 0 -> new WindowDefinition.Weekly(Set.of(DayOfWeek.SATURDAY), 1, start, length);
                case 1 -> new WindowDefinition.Weekly(Set.of(DayOfWeek.TUESDAY, DayOfWeek.THURSDAY), 1, start, length);
                case 2 ->
                    new WindowDefinition.RRule(
                            start, "FREQ=MONTHLY;BYDAY=1SA", List.of(), List.of(), Duration.ofHours(8));
                default -> new WindowDefinition.RRule(start, "FREQ=DAILY", List.of(), List.of(), length);
            };
            windows.add(window(Kind.PERMIT, "window-" + site, recurrence, site));
        }
        if (chance.nextInt(3) == 0) {
            LocalDateTime start = LocalDateTime.of(2026, 3, 4 + chance.nextInt(10), 0, 0);
            windows.add(window(
                    Kind.FREEZE,
                    "freeze",
                    new WindowDefinition.OneShot(start, start.plusDays(1 + chance.nextInt(6))),
                    chance.nextInt(sites)));
        }
        return windows;
    }

    private static WindowDefinition window(Kind kind, String name, WindowDefinition.Recurrence recurrence, int site) {
        return new WindowDefinition(
                new WindowId(new UUID(2, name.hashCode())),
                name,
                kind,
                recurrence,
                new WindowDefinition.FixedZone(ZoneId.of(ZONES.get(site % ZONES.size()))),
                new WindowDefinition.SiteSubtree("/site-" + site),
                true,
                null,
                null);
    }

    List<Integer> limitsOf(Node node) {
        return IntStream.range(0, limitPaths.size())
                .filter(limit -> limitPaths.get(limit).equals(node.site()))
                .boxed()
                .toList();
    }

    private record Alike(String site, int wave, int hardware) {}

    /** What a manager would know of it: measured, not true. */
    ForecastFacts facts() {
        Instant until = NOW.plus(Duration.ofDays(400));
        var times = new OpenTimes(schedules, NOW, until, null);
        Map<Alike, int[]> counts = new LinkedHashMap<>();
        Map<Alike, Node> one = new LinkedHashMap<>();
        double ages = 0;
        int away = 0;
        for (Node node : nodes) {
            Alike alike = new Alike(node.site(), node.wave(), node.kind());
            one.put(alike, node);
            int[] count = counts.computeIfAbsent(alike, key -> new int[2]);
            Duration age = node.awaySince() == null ? Duration.ZERO : Duration.between(node.awaySince(), NOW);
            if (age.compareTo(UNREACHABLE) > 0) {
                count[1]++;
                away++;
                ages += age.minus(UNREACHABLE).toMillis();
            } else {
                count[0]++;
            }
        }
        List<Cohort> cohorts = new ArrayList<>();
        counts.forEach((alike, count) -> {
            Node node = one.get(alike);
            Hardware kind = hardware.get(alike.hardware());
            cohorts.add(new Cohort(
                    alike.site(),
                    alike.wave(),
                    times.of(java.util.Objects.requireNonNull(node)),
                    kind.measured().p95(),
                    kind.measured(),
                    new Took(
                            Duration.ofMillis((long) kind.download()),
                            Duration.ofMillis((long) (kind.download() * Math.exp(1.645 * kind.downloadSigma()))),
                            500),
                    limitsOf(node),
                    new Standing(count[0], count[1], 0, 0, 0, Duration.ZERO, 0, 0, 0)));
        });
        List<Wave> waves = new ArrayList<>();
        for (int i = 0; i < shares.size(); i++) {
            waves.add(new Wave(
                    "wave-" + i,
                    shares.get(i),
                    i == 0 ? NOW : null,
                    false,
                    new Gate(soaks.get(i), notBefore.get(i), null)));
        }
        int failedBefore = (int) IntStream.range(0, 200)
                .filter(i -> chance.nextDouble() < failureRate)
                .count();
        return new ForecastFacts(
                NOW,
                until,
                waves,
                new Rules(maxInFlight, null, 0, GUARD, PERMIT_LIMIT, BOOT_DEADLINE, UNREACHABLE, POLL),
                limits,
                cohorts,
                new Habits(
                        200,
                        failedBefore,
                        nodes.size() - away,
                        away,
                        away == 0 ? Duration.ofHours(12) : Duration.ofMillis((long) (ages / away)),
                        away));
    }
}
