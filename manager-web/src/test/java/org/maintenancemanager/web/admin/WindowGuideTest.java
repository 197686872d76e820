package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maintenancemanager.api.admin.WindowFinding;
import org.maintenancemanager.web.admin.AdminApi.Reply;

/** What docs/windows.md gives to be pasted, pasted. */
class WindowGuideTest {
    private static final Path GUIDE = Path.of("..", "docs", "windows.md");

    /** A block of JSON, and the line below it that says how the manager reads it. */
    private static final Pattern EXAMPLE = Pattern.compile("```json\\n(.*?)```\\n(?:> ([^\\n]*)\\n)?", Pattern.DOTALL);

    private final AdminApi api = new AdminApi();

    record Example(String json, String text) {
        boolean isWindow() {
            return json.contains("\"recurrence\"");
        }
    }

    static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        for (MatchResult found :
                EXAMPLE.matcher(Files.readString(GUIDE)).results().toList()) {
            String text = found.group(2) == null ? "" : found.group(2);
            examples.add(new Example(found.group(1), text));
        }
        return examples;
    }

    static List<Example> windows() throws IOException {
        return examples().stream().filter(Example::isWindow).toList();
    }

    @BeforeAll
    static void makeTheSitesOfTheGuide() {
        var api = new AdminApi();
        for (String site : List.of("/eu/de", "/eu/de/berlin-3")) {
            assertThat(api.post("/api/v1/sites", "{\"path\": \"%s\", \"zone\": \"Europe/Berlin\"}".formatted(site))
                            .status())
                    .isIn(201, 409);
        }
    }

    @ParameterizedTest
    @MethodSource("windows")
    void windowToPasteIsReadAsTheGuideSays(Example example) {
        Reply preview = api.post("/api/v1/windows:preview?from=2026-01-01T00:00:00Z", example.json())
                .expect(200);
        assertThat(preview.body().get("text").asString()).isEqualTo(example.text());
        assertThat(preview.body().get("occurrences").size()).isPositive();
        assertThat(api.post("/api/v1/windows:lint", example.json())
                        .expect(200)
                        .body()
                        .get("text")
                        .asString())
                .isEqualTo(example.text());
    }

    @Test
    void calendarToPasteIsTaken() throws IOException {
        List<Example> calendars =
                examples().stream().filter(example -> !example.isWindow()).toList();
        assertThat(calendars).hasSize(1);
        // Without its address: nobody shall be asked for it.
        Reply created = api.post(
                        "/api/v1/calendars", calendars.getFirst().json().replaceAll("\"url\": \"[^\"]*\", ", ""))
                .expect(201);
        assertThat(created.body().get("kind").asString()).isEqualTo("FREEZE");
        api.delete(
                        "/api/v1/calendars/" + created.id(),
                        created.http().headers().firstValue("ETag").orElse("\"0\""))
                .expect(204);
    }

    @Test
    void everyFindingIsExplained() throws IOException {
        Set<String> explained = new TreeSet<>();
        Pattern.compile("^\\| `([A-Z_]+)` \\| (?:error|warning|info)", Pattern.MULTILINE)
                .matcher(Files.readString(GUIDE))
                .results()
                .forEach(row -> explained.add(row.group(1)));
        Set<String> findings = new TreeSet<>();
        for (WindowFinding.Code code : WindowFinding.Code.values()) {
            findings.add(code.name());
        }
        assertThat(explained).isEqualTo(findings);
    }
}
