package org.maintenancemanager.core.calendar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.core.window.Window;
import org.maintenancemanager.core.window.WindowDraft.TargetDraft;
import org.maintenancemanager.core.window.WindowDraft.TargetType;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.core.window.Windows;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class CalendarsTest {
    private static final TargetDraft EVERYONE = new TargetDraft(TargetType.TENANT, null, null, null);

    private final Calendars calendars;
    private final CalendarFeeds feeds;
    private final Windows windows;
    private final TestTenant tenant;

    CalendarsTest(Calendars calendars, CalendarFeeds feeds, Windows windows, JdbcClient jdbc) {
        this.calendars = calendars;
        this.feeds = feeds;
        this.windows = windows;
        this.tenant = TestTenant.create(jdbc);
    }

    @Test
    void eventsBecomeFreezesAndKeepTheirIds() {
        CalendarId id = create(null);
        Calendar loaded = upload(
                id,
                file(
                        event("a", "Christmas", "DTSTART;VALUE=DATE:20991224\r\nDTEND;VALUE=DATE:20991227"),
                        event(
                                "b",
                                "Inventory",
                                "DTSTART;TZID=W. Europe Standard Time:20990105T180000\r\nDURATION:PT12H")));
        assertThat(loaded.events()).isEqualTo(2);
        assertThat(loaded.problem()).isNull();
        assertThat(texts())
                .containsExactly(
                        "Holidays: Christmas | 24 December 2099 00:00 to 27 December 2099 00:00, the node's local time",
                        "Holidays: Inventory | 5 January 2099 18:00 to 6 January 2099 06:00, Europe/Vienna");
        WindowId christmas = all().getFirst().id();

        upload(id, file(event("a", "Xmas", "DTSTART;VALUE=DATE:20991224\r\nDTEND;VALUE=DATE:20991227")));
        assertThat(all()).singleElement().satisfies(window -> {
            assertThat(window.id()).isEqualTo(christmas);
            assertThat(window.definition().name()).isEqualTo("Holidays: Xmas");
        });
        assertThat(catchThrowableOfType(
                                Conflict.class,
                                () -> tenant.as(() -> windows.change(
                                        christmas, all().getFirst().revision(), now -> now)))
                        .getMessage())
                .contains("calendar");

        tenant.run(() -> calendars.delete(id, calendar(id).revision()));
        assertThat(all()).isEmpty();
    }

    @Test
    void changedAndCancelledInstancesReplaceTheirs() {
        CalendarId id = create(null);
        upload(
                id,
                file(
                        event(
                                "a",
                                "Shift",
                                "DTSTART:20990105T180000Z\r\nDTEND:20990105T200000Z\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE:20990112T180000Z"),
                        event(
                                "a",
                                "Moved",
                                "RECURRENCE-ID:20990119T180000Z\r\nDTSTART:20990120T180000Z\r\nDTEND:20990120T200000Z"),
                        event(
                                "a",
                                "Off",
                                "RECURRENCE-ID:20990126T180000Z\r\nSTATUS:CANCELLED\r\nDTSTART:20990126T180000Z\r\nDTEND:20990126T200000Z")));
        Instant from = Instant.parse("2099-01-01T00:00:00Z");
        assertThat(all()).hasSize(2);
        assertThat(all().stream()
                        .flatMap(window ->
                                tenant.as(() -> windows.preview(window.draft(), null, from)).occurrences().stream())
                        .map(occurrence -> occurrence.start().toInstant())
                        .sorted())
                .containsExactly(Instant.parse("2099-01-05T18:00:00Z"), Instant.parse("2099-01-20T18:00:00Z"));
    }

    @Test
    void wholeDayLastsFromMidnightToMidnightWhateverTheClocksDo() {
        CalendarId id = create(null);
        upload(id, file(event("a", "Sundays", "DTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=WEEKLY;BYDAY=SU")));
        Window sundays = all().getFirst();
        for (String day : List.of("2027-03-27", "2027-10-30")) {
            var sunday = tenant.as(
                            () -> windows.preview(sundays.draft(), "Europe/Berlin", Instant.parse(day + "T12:00:00Z")))
                    .occurrences()
                    .getFirst();
            assertThat(sunday.start().toLocalTime()).isEqualTo(LocalTime.MIDNIGHT);
            assertThat(sunday.end().toLocalTime()).isEqualTo(LocalTime.MIDNIGHT);
            assertThat(Duration.between(sunday.start(), sunday.end())).isNotEqualTo(Duration.ofDays(1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no calendar at all",
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:never ends",
                "EVENT:DTSTART:20990105T180000Z",
                "EVENT:DTSTART:yesterday\r\nDTEND:20990105T180000Z",
                "EVENT:DTSTART;TZID=Mars/Olympus:20990105T180000\r\nDURATION:PT1H",
                "EVENT:DTSTART:20990105T180000Z\r\nDURATION:PT1M",
                "EVENT:DTSTART:20990105T180000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=SECONDLY",
                "EVENT:DTSTART:20990105T180000Z\r\nDURATION:PT1H\r\nEXRULE:FREQ=DAILY",
            })
    void brokenFileLeavesTheOneBeforeInForceAndSaysSo(String broken) {
        CalendarId id = create(null);
        upload(id, file(event("a", "Good", "DTSTART;VALUE=DATE:20991224")));
        String content = broken.startsWith("EVENT:") ? file(event("a", "Bad", broken.substring(6))) : broken;
        assertThat(catchThrowableOfType(InvalidInput.class, () -> upload(id, content)))
                .isNotNull();
        assertThat(all())
                .singleElement()
                .satisfies(window -> assertThat(window.definition().name()).isEqualTo("Holidays: Good"));
        assertThat(calendar(id).problem()).isNotBlank();
        assertThat(calendar(id).events()).isEqualTo(1);
        upload(id, file(event("a", "Good", "DTSTART;VALUE=DATE:20991224")));
        assertThat(calendar(id).problem()).isNull();
    }

    @Test
    void sameContentIsNotWrittenAgain() {
        CalendarId id = create(null);
        String content = file(event("a", "Good", "DTSTART;VALUE=DATE:20991224"));
        Calendar first = upload(id, content);
        Calendar second = upload(id, content);
        assertThat(second.revision()).isEqualTo(first.revision());
        assertThat(second.loadedAt()).isEqualTo(first.loadedAt());
        assertThat(tenant.audited(id)).containsExactly("calendar.created", "calendar.loaded");
    }

    @Test
    void tooManyEventsAndEndlessNestingAreRefusedAtOnce() {
        CalendarId id = create(null);
        String event = event("a", "x", "DTSTART;VALUE=DATE:20991224");
        assertThat(catchThrowableOfType(InvalidInput.class, () -> upload(id, file(event.repeat(2001))))
                        .getMessage())
                .contains("more than 2000 events");
        assertThat(catchThrowableOfType(
                                InvalidInput.class,
                                () -> upload(id, "BEGIN:VCALENDAR\r\n" + "BEGIN:X\r\n".repeat(100_000)))
                        .getMessage())
                .contains("nested");
    }

    @Test
    void eventsThatTogetherStartAllTheTimeAreRefused() {
        CalendarId id = create(null);
        String hourly = "DTSTART:20990101T000000Z\r\nDURATION:PT30M\r\nRRULE:FREQ=DAILY;BYHOUR="
                + IntStream.range(0, 24).mapToObj(String::valueOf).collect(Collectors.joining(","));
        String[] events = IntStream.range(0, 2000)
                .mapToObj(number -> event("e" + number, "Hourly", hourly))
                .toArray(String[]::new);
        assertThat(catchThrowableOfType(InvalidInput.class, () -> upload(id, file(events)))
                        .getMessage())
                .contains("more than 100000 times a year");
        assertThat(all()).isEmpty();
    }

    @Test
    void feedShowsOpeningsAndCanBeRevoked() {
        tenant.node("n", tenant.site("/berlin", "Europe/Berlin"));
        CalendarId id = create(null);
        String today = Instant.now().toString().substring(0, 10).replace("-", "");
        upload(id, file(event("a", "Strike, all day", "DTSTART;VALUE=DATE:" + today)));
        CalendarFeeds.Created created = tenant.as(() -> feeds.create("Berlin", "/berlin"));
        Token token = created.token();
        CalendarFeeds.Written written = feeds.read(token).orElseThrow();
        assertThat(CalendarFile.events(written.content()))
                .singleElement()
                .satisfies(event -> assertThat(event.text("SUMMARY")).isEqualTo("Freeze: Holidays: Strike, all day"));
        assertThat(feeds.read(token).orElseThrow().etag()).isEqualTo(written.etag());
        assertThat(feeds.read(new Token(
                        token.kind(),
                        token.id(),
                        Token.generate(Token.Kind.FEED).secret())))
                .isEmpty();
        tenant.run(() -> feeds.revoke(created.feed().id()));
        assertThat(feeds.read(token)).isEmpty();
    }

    @Test
    void addressInAPrivateNetworkIsNotFetched() {
        Calendar calendar = tenant.as(() -> calendars.refresh(create("https://127.0.0.1/x.ics")));
        assertThat(calendar.problem()).contains("private network");
    }

    @Test
    void fetchFollowsRedirectsThatAreAllowedAndTellsUnchangedFromNew() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var notModified = new AtomicInteger();
        server.createContext("/moved", exchange -> answer(exchange, 302, "/real.ics", ""));
        server.createContext("/away", exchange -> answer(exchange, 302, "https://[::1]/x.ics", ""));
        server.createContext("/loop", exchange -> answer(exchange, 302, "/loop", ""));
        server.createContext("/huge", exchange -> answer(exchange, 200, "", "x".repeat(3000)));
        server.createContext("/real.ics", exchange -> {
            if ("\"1\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                notModified.incrementAndGet();
                exchange.sendResponseHeaders(304, -1);
                exchange.close();
            } else {
                answer(exchange, 200, "", "content");
            }
        });
        server.start();
        String base = "http://127.0.0.1:" + server.getAddress().getPort();
        var fetch = new GuardedFetch(List.of("127.0.0.1"), Duration.ofSeconds(10));
        try {
            var found = (GuardedFetch.Found) fetch.fetch(URI.create(base + "/moved"), Map.of(), 2000);
            assertThat(new String(found.content(), StandardCharsets.UTF_8)).isEqualTo("content");
            assertThat(fetch.fetch(URI.create(base + "/real.ics"), Map.of("If-None-Match", "\"1\""), 2000))
                    .isInstanceOf(GuardedFetch.NotModified.class);
            assertThat(notModified).hasValue(1);
            assertThat(refusal(fetch, base + "/away")).contains("private network");
            assertThat(refusal(fetch, base + "/loop")).contains("redirects");
            assertThat(refusal(fetch, base + "/huge")).contains("larger than 2000 bytes");
            assertThat(refusal(fetch, base + "/none")).contains("status 404");
            assertThat(refusal(fetch, "http://example.com/x")).contains("not encrypted");
            assertThat(refusal(fetch, "https://example.com:8443/x")).contains("Port 8443");
        } finally {
            server.stop(0);
            fetch.destroy();
        }
    }

    private static String refusal(GuardedFetch fetch, String address) {
        return String.valueOf(
                catchThrowableOfType(IOException.class, () -> fetch.fetch(URI.create(address), Map.of(), 2000))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "8.8.8.8, true", "127.0.0.1, false", "10.1.2.3, false", "172.16.0.1, false", "192.168.1.1, false",
        "169.254.169.254, false", "100.64.0.1, false", "0.0.0.0, false", "224.0.0.1, false", "255.255.255.255, false",
        "2606:4700::1111, true", "::1, false", "fe80::1, false", "fc00::1, false", "::ffff:127.0.0.1, false",
        "64:ff9b::7f00:1, false", "2002:7f00:1::, false", "ff02::1, false", "::, false"
    })
    void onlyWhatIsRoutedInTheInternetIsPublic(String address, boolean isPublic) throws IOException {
        assertThat(AddressGuard.isPublic(InetAddress.getByName(address))).isEqualTo(isPublic);
    }

    private static void answer(HttpExchange exchange, int status, String location, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (!location.isEmpty()) {
            exchange.getResponseHeaders().set("Location", location);
        }
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private CalendarId create(@Nullable String url) {
        return tenant.as(() -> calendars
                .create(List.of(new CalendarDraft("Holidays", null, "NODE_LOCAL", EVERYONE, null, url, null)))
                .getFirst()
                .id());
    }

    private Calendar upload(CalendarId id, String content) {
        return tenant.as(() -> calendars.upload(id, content.getBytes(StandardCharsets.UTF_8)));
    }

    private Calendar calendar(CalendarId id) {
        return tenant.as(() -> calendars.load(id));
    }

    private List<Window> all() {
        return tenant.as(() -> windows.list(ListRequest.first())).items();
    }

    private List<String> texts() {
        return all().stream()
                .map(window ->
                        window.definition().name() + " | " + window.definition().text())
                .toList();
    }

    private static String event(String uid, String summary, String lines) {
        return "BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:%s\r\n%s\r\nEND:VEVENT\r\n"
                .formatted(uid, summary.replace(",", "\\,"), lines);
    }

    private static String file(String... events) {
        return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + String.join("", events)
                + "END:VCALENDAR\r\n";
    }
}
