package org.maintenancemanager.web.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.core.calendar.Calendars;
import org.maintenancemanager.web.admin.AdminApi.Reply;
import tools.jackson.databind.JsonNode;

/** Calendars that come in, by upload and by address, and those that go out, over HTTP. */
class CalendarResourceTest {
    private static final String CHRISTMAS = event("xmas", "Christmas", "DTSTART;VALUE=DATE:20991224");
    private static final String EASTER = event("easter", "Easter", "DTSTART;VALUE=DATE:20990412");

    private final AdminApi api = new AdminApi();
    private final String name = "c" + UUID.randomUUID();
    private final String site = api.newSite();
    private @Nullable CalendarServer server;

    @AfterEach
    void stopServer() {
        if (server != null) {
            server.http.stop(0);
        }
    }

    @Test
    void uploadedEventsAreFreezesThatOnlyTheCalendarChanges() {
        Reply created = create("");
        assertThat(created.body().get("kind").asString()).isEqualTo("FREEZE");
        assertThat(created.body().get("events").asInt()).isZero();
        String path = "/api/v1/calendars/" + created.id();
        api.get(path + "/content").expect(404);

        Reply loaded = upload(path, file(CHRISTMAS, EASTER)).expect(200);
        assertThat(loaded.body().get("events").asInt()).isEqualTo(2);
        assertThat(loaded.body().has("problem")).isFalse();
        assertThat(api.get(path + "/content").http().body()).isEqualTo(file(CHRISTMAS, EASTER));
        JsonNode window = windows().get(0);
        assertThat(window.get("kind").asString()).isEqualTo("FREEZE");
        assertThat(window.get("calendarId").asString()).isEqualTo(created.id());
        assertThat(window.get("text").asString())
                .isEqualTo("24 December 2099 00:00 to 25 December 2099 00:00, the node's local time");
        String windowPath = "/api/v1/windows/" + window.get("id").asString();
        assertThat(api.patch(windowPath, "{\"enabled\": false}", tag(api.get(windowPath)))
                        .expect(409)
                        .body()
                        .get("detail")
                        .asString())
                .contains("calendar");

        Reply permits = api.patch(path, "{\"kind\": \"PERMIT\", \"zone\": \"Europe/Paris\"}", tag(loaded))
                .expect(200);
        assertThat(windows()).allSatisfy(event -> {
            assertThat(event.get("kind").asString()).isEqualTo("PERMIT");
            assertThat(event.get("zone").asString()).isEqualTo("Europe/Paris");
        });
        api.delete(path, tag(loaded)).expect(412);
        api.delete(path, tag(permits)).expect(204);
        assertThat(windows()).isEmpty();
    }

    @Test
    void sameContentIsNotWrittenAgain() {
        String path = "/api/v1/calendars/" + create("").id();
        Reply first = upload(path, file(CHRISTMAS)).expect(200);
        String window = windows().get(0).toString();
        Reply second = upload(path, file(CHRISTMAS)).expect(200);
        assertThat(tag(second)).isEqualTo(tag(first));
        assertThat(second.body().get("loadedAt")).isEqualTo(first.body().get("loadedAt"));
        assertThat(windows().get(0).toString()).as("the window's row").isEqualTo(window);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no calendar",
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:half",
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:soon\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
            })
    void brokenFileKeepsTheLastGoodOneAndSaysSo(String broken) {
        String path = "/api/v1/calendars/" + create("").id();
        upload(path, file(CHRISTMAS)).expect(200);
        Reply refused = upload(path, broken).expect(400);
        assertThat(refused.errors())
                .singleElement()
                .satisfies(error -> assertThat(error).endsWith("."));
        Reply calendar = api.get(path).expect(200);
        assertThat(refused.errors().getFirst())
                .endsWith(calendar.body().get("problem").asString());
        assertThat(calendar.body().get("events").asInt()).isEqualTo(1);
        assertThat(windows()).hasSize(1);
        assertThat(upload(path, file(CHRISTMAS)).expect(200).body().has("problem"))
                .isFalse();
    }

    /** Its length is enough: the body has not even been sent when it is refused. */
    @Test
    void calendarOfFiftyMegabytesIsRefusedBeforeItIsRead() throws IOException {
        String path = "/api/v1/calendars/" + create("").id();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.manager.httpPort())) {
            socket.getOutputStream()
                    .write("""
                            PUT %s/content HTTP/1.1\r
                            Host: localhost\r
                            Authorization: Bearer %s\r
                            Content-Type: text/calendar\r
                            Content-Length: 52428800\r
                            \r
                            """.formatted(path, api.manager.apiToken()).getBytes(US_ASCII));
            socket.setSoTimeout(30_000);
            byte[] answer = socket.getInputStream().readNBytes("HTTP/1.1 413".length());
            assertThat(new String(answer, US_ASCII)).isEqualTo("HTTP/1.1 413");
        }
        assertThat(api.get(path).expect(200).body().has("checkedAt")).isFalse();
    }

    @Test
    void calendarIsFetchedFromItsAddressAndAgainOnlyWhenItChanged() throws IOException {
        CalendarServer served = serve(file(CHRISTMAS));
        String path = "/api/v1/calendars/"
                + create("\"url\": \"%s/holidays.ics\"".formatted(served.base()))
                        .id();
        Reply first = api.act(path + ":refresh").expect(200);
        assertThat(first.body().has("problem")).as(first.http().body()).isFalse();
        assertThat(first.body().get("events").asInt()).isEqualTo(1);
        assertThat(instant(first, "nextCheckAt"))
                .isBetween(
                        Instant.now().plus(5, ChronoUnit.HOURS), Instant.now().plus(7, ChronoUnit.HOURS));

        int answered = served.notModified.get();
        Reply second = api.act(path + ":refresh").expect(200);
        assertThat(served.notModified.get())
                .as("the server was asked by its tag")
                .isGreaterThan(answered);
        assertThat(tag(second)).isEqualTo(tag(first));
        assertThat(instant(second, "checkedAt")).isAfterOrEqualTo(instant(first, "checkedAt"));

        served.content = "<html>Please log in</html>";
        Reply broken = api.act(path + ":refresh").expect(200);
        assertThat(broken.body().get("problem").asString()).contains("VCALENDAR");
        assertThat(broken.body().get("events").asInt()).isEqualTo(1);
        assertThat(tag(broken)).isEqualTo(tag(first));
        assertThat(windows()).hasSize(1);

        served.content = file(CHRISTMAS, EASTER) + " ".repeat(3_000_000);
        assertThat(api.act(path + ":refresh").expect(200).body().get("problem").asString())
                .contains("larger than 2097152 bytes");

        served.content = file(CHRISTMAS, EASTER);
        Reply whole = api.act(path + ":refresh").expect(200);
        assertThat(whole.body().has("problem")).isFalse();
        assertThat(windows()).hasSize(2);
        assertThat(upload(path, file(CHRISTMAS)).expect(409).code()).isEqualTo("illegal-state");
    }

    /** The manager's own clockwork fetches a new one within a minute of its creation. */
    @Test
    void calendarThatIsDueIsFetchedByItself() throws IOException {
        CalendarServer served = serve(file(CHRISTMAS));
        String path = "/api/v1/calendars/"
                + create("\"url\": \"%s/holidays.ics\"".formatted(served.base()))
                        .id();
        api.manager.bean(Calendars.class).refreshDue();
        await().untilAsserted(() -> assertThat(
                        api.get(path).expect(200).body().get("events").asInt())
                .isEqualTo(1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            https://127.0.0.1/x.ics              | private network
            https://[::1]/x.ics                  | private network
            https://169.254.169.254/latest       | private network
            https://10.0.0.1/x.ics               | private network
            http://example.com/x.ics             | not encrypted
            https://example.com:5432/x.ics       | Port 5432
            """)
    void addressOfAPrivateNetworkIsNotFetched(String url, String problem) {
        String path =
                "/api/v1/calendars/" + create("\"url\": \"%s\"".formatted(url)).id();
        Reply refused = api.act(path + ":refresh").expect(200);
        assertThat(refused.body().get("problem").asString()).contains(problem);
        assertThat(refused.body().get("events").asInt()).isZero();
    }

    @Test
    void redirectIntoAPrivateNetworkIsNotFollowed() throws IOException {
        CalendarServer served = serve(file(CHRISTMAS));
        String path = "/api/v1/calendars/"
                + create("\"url\": \"%s/away\"".formatted(served.base())).id();
        assertThat(api.act(path + ":refresh").expect(200).body().get("problem").asString())
                .contains("private network");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            "url": "ftp://calendar.example.com/a.ics"        | /url            | such as https://
            "url": "nowhere"                                 | /url            | such as https://
            "url": "https://me:secret@calendar.example.com/" | /url            | such as https://
            "refreshMinutes": 1                              | /refreshMinutes | such as 360
            "zone": "+02:00"                                 | /zone           | such as Europe/Berlin
            "target": {"type": "SITE", "sitePath": "eu"}     | /target/sitePath | such as /eu/de
            "kind": "MAYBE"                                  | /kind           | FREEZE
            """)
    void badFieldIsNamedWithTheExampleOfARightOne(String field, String pointer, String example) {
        Reply refused = api.post("/api/v1/calendars", calendar(field)).expect(400);
        assertThat(refused.errors())
                .singleElement()
                .satisfies(error -> assertThat(error).startsWith(pointer + ": ").contains(example));
        assertThat(api.get("/api/v1/calendars?filter=name%3D%3D" + name)
                        .expect(200)
                        .body()
                        .get("items"))
                .isEmpty();
    }

    @Test
    void feedIsReadWithoutLogInAndIsGoneWhenRevoked() {
        api.post("/api/v1/nodes", AdminApi.node(name, site)).expect(201);
        api.post("/api/v1/windows", """
                        {"name": "%s", "kind": "PERMIT", "duration": "PT4H", "zone": "NODE_LOCAL",
                         "recurrence": {"type": "CRON", "cron": "0 22 * * *"},
                         "target": {"type": "SITE", "sitePath": "%s"}}
                        """.formatted(name, site)).expect(201);
        assertThat(api.post("/api/v1/calendar-feeds", "{}").expect(400).errors())
                .extracting(error -> error.substring(0, error.indexOf(':')))
                .containsExactly("/name", "/sitePath");
        assertThat(api.post("/api/v1/calendar-feeds", "{\"name\": \"%s\", \"sitePath\": \"/nowhere\"}".formatted(name))
                        .expect(400)
                        .errors())
                .containsExactly("/sitePath: there is no site /nowhere");

        Reply created = api.post(
                        "/api/v1/calendar-feeds", "{\"name\": \"%s\", \"sitePath\": \"%s\"}".formatted(name, site))
                .expect(201);
        String url = created.body().get("url").asString();
        assertThat(url).startsWith(api.manager.baseUrl() + "/calendars/feed/").endsWith(".ics");
        String path = URI.create(url).getPath();
        HttpResponse<String> read = api.manager.send(api.manager.request(path).GET());
        assertThat(read.statusCode()).as(read.body()).isEqualTo(200);
        assertThat(read.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/calendar");
        assertThat(read.body()).contains("BEGIN:VEVENT", "SUMMARY:" + name, "X-WR-CALNAME:" + name);
        assertThat(api.manager
                        .send(api.manager
                                .request(path)
                                .header(
                                        "If-None-Match",
                                        read.headers().firstValue("ETag").orElseThrow())
                                .GET())
                        .statusCode())
                .isEqualTo(304);
        String secret = path.substring(path.lastIndexOf('.', path.length() - 5) + 1, path.length() - 4);
        assertThat(api.get("/api/v1/calendar-feeds").expect(200).http().body())
                .contains(name)
                .doesNotContain(secret);

        api.delete("/api/v1/calendar-feeds/" + created.id()).expect(204);
        HttpResponse<String> revoked =
                api.manager.send(api.manager.request(path).GET());
        HttpResponse<String> never = api.manager.send(
                api.manager.request(path.replace(secret, "A".repeat(43))).GET());
        assertThat(revoked.statusCode()).isEqualTo(404);
        assertThat(never.statusCode()).isEqualTo(404);
        assertThat(AdminApi.JSON.readTree(revoked.body()).get("detail"))
                .isEqualTo(AdminApi.JSON.readTree(never.body()).get("detail"));
        api.delete("/api/v1/calendar-feeds/" + created.id()).expect(404);
    }

    private Reply create(String field) {
        return api.post("/api/v1/calendars", calendar(field)).expect(201);
    }

    /** With one field set. */
    private String calendar(String field) {
        var calendar = AdminApi.JSON.createObjectNode();
        calendar.put("name", name).put("zone", "NODE_LOCAL");
        calendar.putObject("target").put("type", "SITE").put("sitePath", site);
        AdminApi.JSON
                .readTree("{" + field + "}")
                .properties()
                .forEach(entry -> calendar.set(entry.getKey(), entry.getValue()));
        return calendar.toString();
    }

    private Reply upload(String path, String content) {
        return api.send(api.manager
                .adminRequest(path + "/content")
                .header("Content-Type", "text/calendar")
                .PUT(BodyPublishers.ofString(content)));
    }

    private List<JsonNode> windows() {
        return api.get("/api/v1/windows?sort=name&filter=name%3D%3D" + name + "*")
                .expect(200)
                .body()
                .get("items")
                .valueStream()
                .toList();
    }

    private static String tag(Reply reply) {
        return reply.http().headers().firstValue("ETag").orElseThrow();
    }

    private static Instant instant(Reply reply, String field) {
        return Instant.parse(reply.body().get(field).asString());
    }

    private CalendarServer serve(String content) throws IOException {
        server = new CalendarServer(content);
        return server;
    }

    /** A server of one calendar, on a host that the manager may fetch from. */
    private static final class CalendarServer {
        private final HttpServer http =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        private final AtomicInteger notModified = new AtomicInteger();
        private volatile String content;

        CalendarServer(String content) throws IOException {
            this.content = content;
            http.createContext("/away", exchange -> {
                exchange.getResponseHeaders().set("Location", "https://127.0.0.1/x.ics");
                exchange.sendResponseHeaders(302, -1);
                exchange.close();
            });
            http.createContext("/holidays.ics", this::answer);
            http.start();
        }

        String base() {
            return "http://localhost:" + http.getAddress().getPort();
        }

        private void answer(HttpExchange exchange) throws IOException {
            byte[] bytes = content.getBytes(UTF_8);
            String tag = "\"" + content.hashCode() + "\"";
            exchange.getResponseHeaders().set("ETag", tag);
            if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                notModified.incrementAndGet();
                exchange.sendResponseHeaders(304, -1);
            } else {
                exchange.sendResponseHeaders(200, bytes.length);
                try {
                    exchange.getResponseBody().write(bytes);
                } catch (IOException hungUp) {
                    // Whoever gets too much does not read to the end.
                }
            }
            exchange.close();
        }
    }

    private static String event(String uid, String summary, String lines) {
        return "BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:%s\r\n%s\r\nEND:VEVENT\r\n"
                .formatted(uid, summary, lines);
    }

    private static String file(String... events) {
        return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + String.join("", events)
                + "END:VCALENDAR\r\n";
    }
}
