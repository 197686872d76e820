package org.maintenancemanager.simulator.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maintenancemanager.simulator.Fleet;

class VectorTest {
    private final HttpClient http = HttpClient.newHttpClient();

    static Stream<Vector> ofSimulatedNodes() {
        // A simulated node whose token has ended says so, and stays away.
        return Vector.all().stream().filter(vector -> vector.needs() == null);
    }

    @ParameterizedTest
    @MethodSource("ofSimulatedNodes")
    void simulatedNodePasses(Vector vector, @TempDir Path directory) throws IOException {
        try (VectorManager manager = VectorManager.play(vector, 0);
                Fleet fleet = Fleet.builder()
                        .manager(manager.uri())
                        .group(1, VectorManager.ENROLLMENT_TOKEN, Map.of())
                        .stateDirectory(directory)
                        .poll(Duration.ofMillis(100))
                        .installTime(Duration.ofMillis(1))
                        .rebootTime(Duration.ofMillis(1))
                        .trialTime(Duration.ofMillis(1))
                        .start()) {
            await(vector.name())
                    .atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(manager.missing()).isNull());
            assertThat(manager.mistakes()).isEmpty();
            assertThat(fleet.statistics().enrolled()).isOne();
        }
    }

    @Test
    void clientThatInstallsWithoutPermitIsFoundOut() throws Exception {
        assertThat(mistakesOf("waits-for-the-permit", """
                {"reports": [{"seq": 1, "bootId": "b", "updateId": "019a0000-0000-7000-8000-000000000001",
                              "state": "INSTALLING"}]}""")).containsExactly("It reported INSTALLING without a permit.");
    }

    @Test
    void clientThatDidNotDownloadIsFoundOut() throws Exception {
        assertThat(mistakesOf("update", """
                {"reports": [{"seq": 1, "bootId": "b", "state": "DOWNLOADED"}]}""")).containsExactly("It reported DOWNLOADED before it had the image.");
    }

    @Test
    void numberForTwoReportsIsFoundOut() throws Exception {
        assertThat(
                        mistakesOf(
                                "update",
                                "{\"reports\": [{\"seq\": 1, \"bootId\": \"b\", \"state\": \"DOWNLOADING\"}]}",
                                "{\"reports\": [{\"seq\": 1, \"bootId\": \"b\", \"state\": \"FAILED\", \"phase\": \"DOWNLOAD\"}]}"))
                .containsExactly("It used the number 1 for two different reports.");
    }

    /** Of a client that enrolls and then hands in these. */
    private List<String> mistakesOf(String name, String... reports) throws Exception {
        Vector vector = Vector.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        try (VectorManager manager = VectorManager.play(vector, 0)) {
            String answer =
                    post(manager.uri().resolve("/node/v1/enroll"), null, """
                    {"enrollmentToken": "%s", "publicKey": "k", "facts": {}}""".formatted(VectorManager.ENROLLMENT_TOKEN));
            String token = answer.replaceAll(".*\"nodeToken\":\"([^\"]*)\".*", "$1");
            for (String report : reports) {
                post(manager.uri().resolve("/node/v1/reports"), token, report);
            }
            assertThat(manager.isOver()).isFalse();
            return manager.mistakes();
        }
    }

    private String post(URI uri, @Nullable String token, String body) throws Exception {
        var request = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return Objects.requireNonNull(
                http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body());
    }
}
