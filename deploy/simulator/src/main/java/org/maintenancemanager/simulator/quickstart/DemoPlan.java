package org.maintenancemanager.simulator.quickstart;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** What the demonstration consists of, in the words of the admin API. */
final class DemoPlan {
    static final String FAMILY = "edge-os";
    static final String ARCHITECTURE = "x86_64";

    static final DemoImage FACTORY = new DemoImage("1.0.0", 1, "Comes with the machines.");
    static final DemoImage GOOD = new DemoImage("1.1.0", 2, "A good one.");
    static final DemoImage BROKEN = new DemoImage("1.2.0", 3, "Does not boot; nobody knows that yet.");

    static final String EVERYONE = "Edge OS 1.1.0 for everyone";
    static final String EUROPE = "Edge OS 1.2.0 for Europe";

    private static final int IMAGE_BYTES = 3 * 1024 * 1024 + 4321;
    private static final DateTimeFormatter WALL_CLOCK = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");

    private DemoPlan() {}

    /** @param nodes machines of the site itself; 0 for a place above others */
    record DemoSite(String path, String name, String zone, int nodes) {
        /** The last part of the path, which the names of its nodes start with. */
        String label() {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    record DemoImage(String version, long releaseCounter, String notes) {
        /** The same at each start: random, so that nothing on the way makes it smaller. */
        byte[] bytes() {
            byte[] bytes = new byte[IMAGE_BYTES];
            new SplittableRandom(releaseCounter).nextBytes(bytes);
            return bytes;
        }
    }

    static List<DemoSite> sites() {
        return List.of(
                new DemoSite("/eu", "Europe", "Europe/Berlin", 0),
                new DemoSite("/eu/de/berlin-lab", "Laboratory, Berlin", "Europe/Berlin", 12),
                new DemoSite("/eu/de/berlin-1", "Berlin 1", "Europe/Berlin", 40),
                new DemoSite("/eu/de/hamburg-1", "Hamburg 1", "Europe/Berlin", 20),
                new DemoSite("/us", "United States", "America/New_York", 0),
                new DemoSite("/us/ny/nyc-1", "New York City 1", "America/New_York", 40),
                new DemoSite("/us/ny/albany-1", "Albany 1", "America/New_York", 28),
                new DemoSite("/asia", "Asia", "Asia/Tokyo", 0),
                new DemoSite("/asia/jp/tokyo-1", "Tokyo 1", "Asia/Tokyo", 40),
                new DemoSite("/asia/jp/osaka-1", "Osaka 1", "Asia/Tokyo", 20));
    }

    static int nodes() {
        return sites().stream().mapToInt(DemoSite::nodes).sum();
    }

    /** One window open, two about to open, one shut for days. */
    static List<Map<String, Object>> windows(Instant now) {
        return List.of(
                window(
                        "Europe, daily",
                        "/eu",
                        "NODE_LOCAL",
                        Map.of(
                                "type",
                                "WEEKLY",
                                "startsAt",
                                at(now.minus(10, ChronoUnit.MINUTES), "Europe/Berlin"),
                                "days",
                                Stream.of(DayOfWeek.values()).map(Enum::name).toList()),
                        Duration.ofHours(6)),
                window(
                        "United States, daily",
                        "/us",
                        "America/New_York",
                        Map.of(
                                "type",
                                "RRULE",
                                "startsAt",
                                at(now.plusSeconds(45), "America/New_York"),
                                "rrule",
                                "FREQ=DAILY"),
                        Duration.ofHours(6)),
                onlyOnce("Tokyo 1, today", "/asia/jp/tokyo-1", "Asia/Tokyo", now.plusSeconds(30), Duration.ofHours(6)),
                window(
                        "Osaka 1, one night a week",
                        "/asia/jp/osaka-1",
                        "Asia/Tokyo",
                        weeklyInThreeDays(now, ZoneId.of("Asia/Tokyo")),
                        Duration.ofHours(2)));
    }

    private static Map<String, Object> weeklyInThreeDays(Instant now, ZoneId zone) {
        LocalDateTime night = now.atZone(zone).toLocalDate().plusDays(3).atTime(2, 0);
        return Map.of(
                "type",
                "WEEKLY",
                "startsAt",
                WALL_CLOCK.format(night),
                "days",
                List.of(night.getDayOfWeek().name()));
    }

    private static Map<String, Object> window(
            String name, String site, String zone, Map<String, Object> recurrence, Duration duration) {
        Map<String, Object> window = new LinkedHashMap<>();
        window.put("name", name);
        window.put("kind", "PERMIT");
        window.put("recurrence", recurrence);
        window.put("duration", duration.toString());
        window.put("zone", zone);
        window.put("target", Map.of("type", "SITE", "sitePath", site));
        return window;
    }

    private static Map<String, Object> onlyOnce(
            String name, String site, String zone, Instant start, Duration duration) {
        Map<String, Object> recurrence =
                Map.of("type", "ONE_SHOT", "startsAt", at(start, zone), "endsAt", at(start.plus(duration), zone));
        Map<String, Object> window = window(name, site, zone, recurrence, duration);
        window.remove("duration");
        return window;
    }

    private static String at(Instant instant, String zone) {
        return WALL_CLOCK.format(instant.atZone(ZoneId.of(zone)));
    }

    static Map<String, Object> budget() {
        return Map.of("name", "United States, fifteen at a time", "sitePath", "/us", "maxInFlight", 15);
    }

    /** Laboratory first, then four of ten, then the rest; each wave has to prove itself. */
    static Map<String, Object> everyone(String imageId) {
        Map<String, Object> campaign = campaign(EVERYONE, imageId, 60);
        campaign.put("allNodes", true);
        campaign.put(
                "waves",
                List.of(
                        Map.of("name", "canary", "selector", "site==/eu/de/berlin-lab", "minConfirmedShare", 0.95),
                        Map.of("name", "early", "percent", 40, "minConfirmedShare", 0.8),
                        Map.of("name", "rest", "rest", true, "minConfirmedShare", 0)));
        return campaign;
    }

    static Map<String, Object> europe(String imageId) {
        Map<String, Object> campaign = campaign(EUROPE, imageId, 20);
        campaign.put("selector", "site==/eu/*");
        campaign.put(
                "waves",
                List.of(
                        Map.of("name", "canary", "count", 5, "minConfirmedShare", 0.95),
                        Map.of("name", "rest", "rest", true, "minConfirmedShare", 0)));
        return campaign;
    }

    private static Map<String, Object> campaign(String name, String imageId, int maxInFlight) {
        Map<String, Object> campaign = new LinkedHashMap<>();
        campaign.put("name", name);
        campaign.put("imageId", imageId);
        campaign.put("maxInFlight", maxInFlight);
        campaign.put("permitLimit", "PT10M");
        campaign.put("neededTime", "PT1M");
        campaign.put("bootDeadline", "PT1M");
        return campaign;
    }
}
