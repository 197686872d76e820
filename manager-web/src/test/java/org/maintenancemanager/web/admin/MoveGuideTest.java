package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Plant;
import org.maintenancemanager.web.testing.Programs;
import tools.jackson.databind.JsonNode;

/** The commands of docs/clients.md, pasted into a shell, against the answers of the old managers. */
class MoveGuideTest {
    private static final Path GUIDE = Path.of("..", "docs", "clients.md");
    private static final Pattern COMMANDS = Pattern.compile("( *)```sh\\n(.*?)\\n *```\\n", Pattern.DOTALL);
    private static final int HOSTS = 101;

    private final ManagerUnderTest manager = ManagerUnderTest.shared();
    private final Plant plant = new Plant(manager);
    private final String own = UUID.randomUUID().toString().substring(0, 8);
    private final List<String> asked = new ArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private HttpServer old;

    @BeforeAll
    static void findPrograms() {
        Programs.needed("sh", "curl", "jq");
    }

    @BeforeEach
    void startTheOldManager() throws IOException {
        old = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        old.start();
    }

    @AfterEach
    void stopTheOldManager() {
        old.stop(0);
    }

    private String oldUrl() {
        return "http://127.0.0.1:" + old.getAddress().getPort();
    }

    private interface Answer {
        String to(HttpExchange exchange);
    }

    private void serve(String path, Answer answer) {
        old.createContext(path, exchange -> {
            asked.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + exchange.getRequestURI());
            byte[] body = answer.to(exchange).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    /** Everything that a section gives to be pasted, in its order. */
    private static String commands(String section) throws IOException {
        String guide = Files.readString(GUIDE);
        String begin = "\n## " + section + "\n";
        assertThat(guide).contains(begin);
        String text = guide.substring(guide.indexOf(begin) + begin.length());
        int end = text.indexOf("\n## ");
        List<String> commands = new ArrayList<>();
        for (MatchResult found : COMMANDS.matcher(end < 0 ? text : text.substring(0, end))
                .results()
                .toList()) {
            commands.add(found.group(2).replaceAll("(?m)^" + found.group(1), ""));
        }
        assertThat(commands).isNotEmpty();
        return String.join("\n", commands);
    }

    private String paste(String section, Map<String, String> settings) throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        var builder = new ProcessBuilder("sh", "-e", "-c", commands(section))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment()
                .putAll(Map.of(
                        "HOST",
                        manager.baseUrl(),
                        "admin",
                        "Authorization: Bearer " + manager.apiToken(),
                        "json",
                        "Content-Type: application/json"));
        builder.environment().putAll(settings);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(out);
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private static String host(String own, int number) {
        return """
                {"resourceId": "host-%1$s%2$03d", "name": "press %2$d of %1$s", "uuid": "%3$s",
                 "currentState": "HOST_STATE_ONBOARDED", "cpuArchitecture": "x86_64", "serialNumber": "S-%2$d",
                 "site": {"resourceId": "site-%1$s", "name": "Werk %1$s"}}
                """.formatted(own, number, guid(own, number));
    }

    private static UUID guid(String own, int number) {
        return UUID.fromString("%s-0000-4000-8000-%012d".formatted(own, number));
    }

    private static String page(String name, String items, boolean hasNext) {
        return "{\"%s\": [%s], \"hasNext\": %s, \"totalElements\": %d}".formatted(name, items, hasNext, HOSTS);
    }

    /** A hundred on the first page, one on the second. */
    private String hosts(HttpExchange exchange) {
        String query = exchange.getRequestURI().getQuery();
        assertThat(query).startsWith("pageSize=100&offset=");
        int offset = Integer.parseInt(query.substring(query.lastIndexOf('=') + 1));
        List<String> hosts = new ArrayList<>();
        for (int number = offset; number < Math.min(HOSTS, offset + 100); number++) {
            hosts.add(host(own, number));
        }
        return page("hosts", String.join(",", hosts), offset + 100 < HOSTS);
    }

    @Test
    void fleetOfEdgeMicrovisorToolkitsManagerIsTakenOver() throws Exception {
        String project = "/v1/projects/plant";
        serve(project + "/compute/hosts", this::hosts);
        serve(
                project + "/compute/os",
                exchange -> page(
                        "OperatingSystemResources",
                        """
                {"resourceId": "os-%1$s", "osType": "OS_TYPE_IMMUTABLE", "profileName": "microvisor %1$s",
                 "profileVersion": "3.0", "imageUrl": "repo/edge-%1$s.raw.gz", "architecture": "x86_64", "sha256": "%2$s"}
                """.formatted(own, Plant.digest("SHA-256", own.getBytes(StandardCharsets.UTF_8))),
                        false));
        serve(project + "/schedules/single", exchange -> page("SingleSchedules", "", false));
        serve(project + "/schedules/repeated", exchange -> page("repeatedSchedules", """
                {"resourceId": "repeatedsche-%1$s", "name": "nightly", "scheduleStatus": "SCHEDULE_STATUS_OS_UPDATE",
                 "durationSeconds": 7200, "cronMinutes": "0", "cronHours": "1", "cronDayMonth": "*", "cronMonth": "*",
                 "cronDayWeek": "*", "targetSiteId": "site-%1$s"}
                """.formatted(own), false));

        String said = paste(
                "Move from Edge Microvisor Toolkit's manager",
                Map.of("OLD", oldUrl() + project, "OLD_TOKEN", "secret"));

        assertThat(asked).hasSize(5).allMatch(request -> request.startsWith("Bearer secret "));
        JsonNode report = Plant.JSON.readTree(Files.readString(directory.resolve("report.json")));
        assertThat(report.get("dryRun").asBoolean()).isFalse();
        assertThat(said)
                .as("the dry run's counts")
                .contains("{\"kind\":\"NODE\",\"outcome\":\"MADE\",\"items\":%d".formatted(HOSTS));
        Map<String, String> made = new HashMap<>();
        report.get("items")
                .values()
                .forEach(item -> made.put(
                        item.get("from").asString() + " " + item.get("outcome").asString(),
                        item.path("id").asString("")));
        assertThat(made).containsKeys("os-" + own + " MADE", "repeatedsche-" + own + " MADE", "site-" + own + " MADE");
        String last = made.get("host-" + own + "100 MADE");
        assertThat(plant.get("/api/v1/nodes/" + last + "/client")
                        .get("hostGuid")
                        .asString())
                .isEqualTo(guid(own, 100).toString());
        assertThat(plant.get("/api/v1/nodes/" + last).get("site").asString()).startsWith("/emf/");
    }

    @Test
    void targetsOfHawkBitKeepTheirNamesAndTokens() throws Exception {
        serve("/rest/v1/targets", exchange -> """
                {"content": [
                  {"createdBy": "ci", "createdAt": 1767225600000, "controllerId": "press-1-%1$s", "name": "Press 1",
                   "updateStatus": "in_sync", "pollStatus": {"lastRequestAt": 1767225600000, "overdue": false},
                   "securityToken": "token-of-press-1-%1$s", "_links": {"self": {"href": "https://old/rest/v1/targets/press-1"}}},
                  {"controllerId": "press-2-%1$s", "name": "Press 2", "securityToken": "token-of-press-2-%1$s"}],
                 "total": 2, "size": 2}
                """.formatted(own));

        paste("Move from hawkBit", Map.of("HAWKBIT", oldUrl(), "HAWKBIT_USER", "admin:secret", "SITE", plant.site));

        assertThat(asked).containsExactly("Basic YWRtaW46c2VjcmV0 /rest/v1/targets?limit=500&offset=0");
        for (int number : List.of(1, 2)) {
            assertThat(manager.send(manager.request("/DEFAULT/controller/v1/press-%d-%s".formatted(number, own))
                                    .header("Authorization", "TargetToken token-of-press-%d-%s".formatted(number, own)))
                            .statusCode())
                    .isEqualTo(200);
        }
    }
}
