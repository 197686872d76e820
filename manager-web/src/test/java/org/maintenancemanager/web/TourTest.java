package org.maintenancemanager.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Programs;

/** The README's tour, typed as it stands there. */
class TourTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Pattern TOUR =
            Pattern.compile("^## A tour in five minutes\\n(.*?)^## ", Pattern.DOTALL | Pattern.MULTILINE);

    private static final Pattern BLOCK = Pattern.compile("^```sh\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);

    /** A comment after a command is what the command prints. */
    private static final Pattern PRINTED = Pattern.compile("^# (.*)$", Pattern.MULTILINE);

    @Test
    void everyStepOfTheTourWorks(@TempDir Path directory) throws Exception {
        Programs.needed("bash", "curl", "jq", "openssl");
        ManagerUnderTest manager = ManagerUnderTest.startAnother();
        try {
            List<String> steps = steps();
            assertThat(steps).hasSizeGreaterThan(5);
            Path script = directory.resolve("tour.sh");
            Files.writeString(
                    script,
                    "set -euo pipefail\n"
                            + String.join("", steps)
                                    .replace("TOKEN=mmat_...", "TOKEN=" + manager.apiToken())
                                    .replace("HOST=http://127.0.0.1:8080", "HOST=" + manager.baseUrl()));

            String output = run(directory, script);

            assertThat(output).doesNotContain("\"title\"");
            assertThat(output).contains("HTTP/1.1 204", "\"INSTALL\"", "Runs 1.1, confirmed");
            List<String> printed = steps.stream()
                    .flatMap(step -> PRINTED.matcher(step).results())
                    .map(line -> line.group(1))
                    .toList();
            assertThat(printed).isNotEmpty();
            assertThat(output).contains(printed);
            await("the tour's campaign is done")
                    .atMost(PATIENCE)
                    .until(() -> manager.get("/api/v1/campaigns").body().contains("\"COMPLETED\""));
            assertThat(manager.get("/api/v1/audit-events").body()).contains("\"campaign", "\"window");
        } finally {
            manager.context().close();
        }
    }

    private static List<String> steps() throws IOException {
        MatchResult tour = TOUR.matcher(Files.readString(README))
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError("the README has no tour"));
        List<String> steps = new ArrayList<>();
        BLOCK.matcher(tour.group(1)).results().forEach(block -> steps.add(block.group(1)));
        return steps;
    }

    private static String run(Path directory, Path script) throws IOException, InterruptedException {
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder("bash", script.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(PATIENCE);
        process.destroyForcibly();
        String output = Files.readString(log, StandardCharsets.UTF_8);
        assertThat(ended).as("the tour ends\n" + output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
