package org.maintenancemanager.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CampaignMoveTest {
    @Test
    void diagramInTheDocsIsDrawnFromTheTable() throws IOException {
        assertDrawn(campaign());
    }

    @Test
    void diagramOfAWaveIsDrawnFromTheTable() throws IOException {
        List<String> lines = start(WaveState.CLOSED);
        for (WaveMove move : WaveMove.values()) {
            move.from().stream()
                    .sorted()
                    .forEach(from ->
                            lines.add("    %s --> %s: %s, %s".formatted(from, move.to(), who(move.by()), move.when())));
        }
        lines.add("    " + WaveState.PASSED + " --> [*]");
        assertDrawn(finish(lines));
    }

    @Test
    void diagramOfAnApprovalIsDrawnFromItsAnswers() throws IOException {
        List<String> lines = start("ASKED");
        for (CampaignLife.Answer answer : CampaignLife.Answer.values()) {
            lines.add("    ASKED --> %s: %s".formatted(answer, answer.by()));
        }
        for (CampaignLife.Answer answer : CampaignLife.Answer.values()) {
            lines.add("    " + answer + " --> [*]");
        }
        assertDrawn(finish(lines));
    }

    @Test
    void everyWaveCanBeLeftUntilItHasPassed() {
        for (WaveState state : WaveState.values()) {
            assertThat(Stream.of(WaveMove.values()).anyMatch(move -> move.isFrom(state)))
                    .as(state.name())
                    .isEqualTo(state != WaveState.PASSED);
        }
    }

    /** The page has a diagram that begins as this one does; it is the same. */
    private static void assertDrawn(String diagram) throws IOException {
        Path page = Path.of("../docs/campaigns.md");
        String text = Files.readString(page);
        int start = text.indexOf(diagram.substring(0, diagram.indexOf('\n', diagram.indexOf("[*]"))));
        assertThat(start).as("no diagram in the page begins with\n" + diagram).isNotNegative();
        int end = text.indexOf("```\n", start + 3) + "```\n".length();
        if (Boolean.getBoolean("golden.update")) {
            text = text.substring(0, start) + diagram + text.substring(end);
            end = start + diagram.length();
            Files.writeString(page, text);
        }
        assertThat(text.substring(start, end))
                .as("the table changed: run with -Dgolden.update=true, and read the page again")
                .isEqualTo(diagram);
    }

    private static List<String> start(Object first) {
        return new ArrayList<>(List.of("```mermaid", "stateDiagram-v2", "    [*] --> " + first));
    }

    private static String finish(List<String> lines) {
        lines.add("```");
        return String.join("\n", lines) + "\n";
    }

    private static String campaign() {
        List<String> lines = start(CampaignState.DRAFT);
        for (CampaignMove move : CampaignMove.values()) {
            move.from().stream()
                    .sorted()
                    .forEach(from -> lines.add(
                            "    %s --> %s: %s, %s".formatted(from, move.to(), who(move.by()), move.event())));
        }
        Stream.of(CampaignState.values())
                .filter(CampaignState::isEnded)
                .forEach(end -> lines.add("    " + end + " --> [*]"));
        return finish(lines);
    }

    private static String who(CampaignMove.By by) {
        return switch (by) {
            case OPERATOR -> "operator";
            case MANAGER -> "manager";
            case EITHER -> "operator or manager";
        };
    }

    @Test
    void endsLeadNowhereAndEveryOtherStateCanBeLeftAndStopped() {
        for (CampaignState state : CampaignState.values()) {
            List<CampaignMove> moves = Stream.of(CampaignMove.values())
                    .filter(move -> move.isFrom(state))
                    .toList();
            assertThat(moves.isEmpty()).as(state.name()).isEqualTo(state.isEnded());
            if (!state.isEnded() && state != CampaignState.DRAFT) {
                assertThat(moves).as(state.name()).contains(CampaignMove.ABORT, CampaignMove.END);
            }
        }
    }

    @Test
    void everyMoveHasAnEventOfItsOwn() {
        assertThat(Stream.of(CampaignMove.values()).map(CampaignMove::event)).doesNotHaveDuplicates();
    }
}
