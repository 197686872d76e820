package org.maintenancemanager.core.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.window.WindowFixtures.permit;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.fortuna.ical4j.model.Recur;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.IanaZones;
import org.maintenancemanager.core.window.Recurrences.Occurrence;
import org.maintenancemanager.core.window.WindowDefinition.Cron;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.Recurrence;

/**
 * Rules of every kind in every zone of the time zone database over ten years, against another library (ical4j expands the
 * rule) and another way to read a clock (walk from one change of the offset to the next): no occurrence is skipped, doubled,
 * or overlaps the next.
 */
class LibraryOracleTest {
    private static final LocalDateTime START = LocalDateTime.parse("2020-01-01T00:00");
    private static final LocalDateTime END = LocalDateTime.parse("2030-01-01T00:00");

    /** Further than any clock is from UTC: what is near an end of the years is looked at by nobody. */
    private static final long MARGIN = Duration.ofDays(2).toMillis();

    /** Rules without a time of their own; each is tried at several times of the day. */
    private static final List<String> RULES = List.of(
            "FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=3",
            "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
            "FREQ=DAILY;BYMONTH=3,10;BYDAY=SU",
            "FREQ=WEEKLY;BYDAY=SA,SU",
            "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=TU",
            "FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SU,MO",
            "FREQ=MONTHLY;BYMONTHDAY=1",
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "FREQ=MONTHLY;BYMONTHDAY=15,-2",
            "FREQ=MONTHLY;BYDAY=2TU",
            "FREQ=MONTHLY;BYDAY=-1SU",
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,3MO",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=31",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
            "FREQ=YEARLY;BYYEARDAY=1,100,-1",
            "FREQ=DAILY;COUNT=1000",
            "FREQ=WEEKLY;BYDAY=SU;COUNT=200",
            "FREQ=DAILY;UNTIL=20250330T023000");

    private static final List<String> TIMES = List.of("00:00", "02:30", "23:45");

    private static final Map<String, String> CRONS = Map.of(
            "30 2 * * *", "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
            "0,30 2 * * SUN", "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=0,30",
            "0 */6 1-7 * *", "FREQ=MONTHLY;BYMONTHDAY=1,2,3,4,5,6,7;BYHOUR=0,6,12,18;BYMINUTE=0",
            "15 3 * MAR,OCT FRI-SUN", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=FR,SA,SU;BYHOUR=3;BYMINUTE=15");

    private final Map<ZoneRules, List<Offset>> offsets = new HashMap<>();

    @Test
    void rulesOfEveryKindComeInEveryZoneAsAnotherLibrarySays() {
        for (String rule : RULES) {
            for (String time : TIMES) {
                LocalDateTime start = LocalDateTime.parse("2020-01-01T" + time);
                compare(
                        new RRule(start, rule, List.of(), List.of(), Duration.ofMinutes(15)),
                        new Recur<LocalDateTime>(rule).getDates(start, START, END));
            }
        }
    }

    @Test
    void cronComesInEveryZoneAsAnotherLibrarySays() {
        CRONS.forEach((cron, rule) -> compare(
                new Cron(cron, Duration.ofMinutes(15)), new Recur<LocalDateTime>(rule).getDates(START, START, END)));
    }

    private void compare(Recurrence recurrence, List<LocalDateTime> expanded) {
        assertThat(expanded).as("%s", recurrence).hasSizeGreaterThan(1);
        long from = START.toInstant(ZoneOffset.UTC).toEpochMilli() + MARGIN;
        long to = END.toInstant(ZoneOffset.UTC).toEpochMilli() - MARGIN;
        Set<List<Offset>> seen = new LinkedHashSet<>();
        for (String name : IanaZones.names()) {
            ZoneId zone = ZoneId.of(name);
            List<Offset> clock = offsets.computeIfAbsent(zone.getRules(), LibraryOracleTest::offsets);
            // Names of one and the same clock need not be asked twice.
            if (!seen.add(clock)) {
                continue;
            }
            long[] expected = expanded.stream()
                    .mapToLong(local -> first(local, clock))
                    .distinct()
                    .filter(start -> from <= start && start < to)
                    .toArray();
            List<Occurrence> actual = Recurrences.between(permit("w", recurrence, name), zone, from, to);
            assertThat(actual.stream()
                            .mapToLong(Occurrence::start)
                            .filter(start -> from <= start)
                            .toArray())
                    .as("%s in %s", recurrence, name)
                    .isEqualTo(expected);
            for (int i = 1; i < actual.size(); i++) {
                if (actual.get(i).start() < actual.get(i - 1).end()) {
                    assertThat(actual.get(i))
                            .as("%s in %s overlaps", recurrence, name)
                            .isNull();
                }
            }
        }
        assertThat(seen.size()).as("clocks that differ in these years").isGreaterThan(60);
    }

    /** An offset and the instant from which it holds, in seconds. */
    private record Offset(long since, int seconds) {}

    private static List<Offset> offsets(ZoneRules rules) {
        Instant from = START.minusDays(3).toInstant(ZoneOffset.UTC);
        List<Offset> found = new ArrayList<>();
        found.add(new Offset(Long.MIN_VALUE, rules.getOffset(from).getTotalSeconds()));
        for (ZoneOffsetTransition next = rules.nextTransition(from);
                next != null && next.getInstant().isBefore(END.plusDays(3).toInstant(ZoneOffset.UTC));
                next = rules.nextTransition(next.getInstant())) {
            found.add(new Offset(next.toEpochSecond(), next.getOffsetAfter().getTotalSeconds()));
        }
        return List.copyOf(found);
    }

    /** The first instant at which a clock shows this time, or has jumped over it, in milliseconds. */
    private static long first(LocalDateTime local, List<Offset> clock) {
        long shown = local.toEpochSecond(ZoneOffset.UTC);
        for (int i = 0; i < clock.size(); i++) {
            Offset offset = clock.get(i);
            long until = i + 1 < clock.size() ? clock.get(i + 1).since() : Long.MAX_VALUE;
            long instant = shown - offset.seconds();
            if (instant < until) {
                return Math.max(instant, offset.since()) * 1000;
            }
        }
        throw new AssertionError("the last offset holds for ever");
    }
}
