package org.maintenancemanager.core.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.core.decision.Situation.NOW;
import static org.maintenancemanager.core.decision.Situation.budget;
import static org.maintenancemanager.core.decision.Situation.opening;
import static org.maintenancemanager.core.decision.Situation.permitUntil;

import java.time.Duration;
import java.time.ZoneId;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.node.NodeState;
import tools.jackson.databind.json.JsonMapper;

class ExplanationTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Test
    void closedWindowSaysWhichOpensNextAndWhen() {
        assertThat(sentence(it -> it.schedule.open = null))
                .isEqualTo("Downloaded 1.4.2. Waits for Weeknights, opens Tue 02:00 CEST, in 9 h.");
    }

    @Test
    void eachReasonIsASentence() {
        assertThat(sentence(it -> it.schedule.hasWindow = false))
                .isEqualTo("Downloaded 1.4.2. No maintenance window applies to this node.");
        assertThat(sentence(it -> {
                    it.schedule.open = null;
                    it.schedule.next.clear();
                }))
                .isEqualTo("Downloaded 1.4.2. No maintenance window opens within a year.");
        assertThat(sentence(it -> it.schedule.frozen = opening("Quarter's end", NOW, Duration.ofDays(20))))
                .isEqualTo(
                        "Downloaded 1.4.2. Freeze Quarter's end is in force until Sun 5 Jul 17:00 CEST, in 20 days.");
        assertThat(sentence(it -> it.schedule.open = opening("Lunch", NOW, Duration.ofMinutes(10))))
                .isEqualTo("Downloaded 1.4.2. Lunch closes Mon 17:10 CEST, in 10 min, too soon for the 15 min that an"
                        + " update is supposed to take; waits for Weeknights, opens Tue 02:00 CEST, in 9 h.");
        assertThat(sentence(it -> it.budgets.add(budget("Street", 2, 2))))
                .isEqualTo("Downloaded 1.4.2. Budget Street of site /eu/de has 2 of 2 updates in flight.");
        assertThat(sentence(it -> it.inFlight = 12))
                .isEqualTo("Downloaded 1.4.2. Campaign June has 12 of 10 updates in flight.");
        assertThat(sentence(it -> it.waveOpen = false))
                .isEqualTo("Downloaded 1.4.2. Wave rest is not open yet: 3 of 10 nodes of wave canary are confirmed, 9"
                        + " are needed (90 %).");
        assertThat(sentence(it -> {
                    it.campaignState = CampaignState.PAUSED;
                    it.campaignReason = "OPERATOR";
                }))
                .isEqualTo("Downloaded 1.4.2. Campaign June is paused (OPERATOR).");
        assertThat(sentence(it -> it.campaignState = CampaignState.ABORTED))
                .isEqualTo("Downloaded 1.4.2. Campaign June was aborted. The update is dropped.");
        assertThat(sentence(it -> it.imageState = ImageState.WITHDRAWN))
                .isEqualTo("Downloaded 1.4.2. Image 1.4.2 was withdrawn. The update is dropped.");
        assertThat(sentence(it -> {
                    it.nodeState = NodeState.QUARANTINED;
                    it.nodeReason = "Two machines use its identity.";
                }))
                .isEqualTo("Downloaded 1.4.2. The node is quarantined: Two machines use its identity.");
        assertThat(sentence(it -> it.hardware = null))
                .isEqualTo("Downloaded 1.4.2. Image 1.4.2 fits nuc, pi, and the node's hardware is unknown.");
        assertThat(sentence(it -> it.runningCounter = 7L))
                .isEqualTo("Downloaded 1.4.2. Image 1.4.2 has release counter 4, and the node runs 7.");
    }

    @Test
    void nodeThatMayGoOnIsToldSo() {
        assertThat(sentence(it -> {}))
                .isEqualTo("Downloaded 1.4.2. All gates are open: gets its permit with the next poll.");
        assertThat(sentence(it -> it.permit = permitUntil(NOW.plusSeconds(1200))))
                .isEqualTo("Downloaded 1.4.2. May install until Mon 17:20 CEST, in 20 min.");
        assertThat(sentence(it -> it.state = UpdateState.OFFERED)).isEqualTo("1.4.2 is offered. May download now.");
        assertThat(sentence(it -> it.state = UpdateState.TRIAL)).isEqualTo("Runs 1.4.2 on trial since Mon 16:30 CEST.");
        assertThat(sentence(it -> {
                    it.state = UpdateState.STAGED;
                    it.prestage = true;
                    it.schedule.open = null;
                }))
                .isEqualTo("Staged 1.4.2 in the other slot. Waits for Weeknights, opens Tue 02:00 CEST, in 9 h.");
    }

    @Test
    void nodeWithoutUpdateSaysSo() {
        var situation = new Situation();
        Decision decision = Decisions.decide(situation.node(), null, null, NOW);
        assertThat(Explanation.sentence(decision, situation.node(), null, null, NOW, BERLIN))
                .isEqualTo("No update is planned for this node.");
        situation.nodeState = NodeState.PENDING;
        assertThat(Explanation.sentence(decision, situation.node(), null, null, NOW, BERLIN))
                .isEqualTo("No update is planned for this node. The node waits to be approved.");
    }

    @Test
    void everyStateAndEveryReasonHasWords() {
        for (UpdateState state : UpdateState.values()) {
            assertThat(sentence(it -> it.state = state)).endsWith(".").contains("1.4.2");
        }
        for (Reason reason : Reason.values()) {
            assertThat(reason.sentence()).endsWith(".");
            assertThat(reason.remedy()).matches("(.+\\.)?");
        }
    }

    @Test
    void explanationIsWrittenAsJson() {
        var situation = new Situation();
        situation.schedule.open = null;
        Explanation explanation = Explanation.of(
                situation.decide(), situation.node(), situation.update(), situation.campaign(), NOW, BERLIN);
        assertThat(explanation.code()).isEqualTo("WINDOW_CLOSED");
        assertThat(explanation.gates()).hasSize(GateName.values().length);
        assertThat(new JsonMapper().writeValueAsString(explanation.gates().get(GateName.WINDOW.ordinal())))
                .isEqualTo("""
                        {"name":"WINDOW","verdict":"CLOSED","code":"WINDOW_CLOSED","since":null,\
                        "until":"2026-06-16T00:00:00Z",\
                        "sentence":"Waits for Weeknights, opens Tue 02:00 CEST, in 9 h.","remedy":""}""");
    }

    private static String sentence(Consumer<Situation> arrange) {
        var situation = new Situation();
        arrange.accept(situation);
        return Explanation.sentence(
                situation.decide(), situation.node(), situation.update(), situation.campaign(), NOW, BERLIN);
    }
}
