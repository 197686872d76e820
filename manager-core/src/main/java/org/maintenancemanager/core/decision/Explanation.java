package org.maintenancemanager.core.decision;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.decision.Decision.Directive;
import org.maintenancemanager.core.decision.Gate.Verdict;
import org.maintenancemanager.core.decision.UpdateFacts.PermitFacts;
import org.maintenancemanager.core.image.ImageFacts;

/**
 * A decision as a person reads it. Its components can be written as JSON as they are.
 *
 * @param sentence what the node does, and what it waits for
 * @param code of the gate that it waits for; null when it does not wait
 * @param gates in their order
 */
public record Explanation(
        Directive directive, String sentence, @Nullable String code, List<GateExplanation> gates) {
    public Explanation {
        gates = List.copyOf(gates);
    }

    /** @param remedy what a person could do; empty when nothing needs to be done */
    public record GateExplanation(
            GateName name,
            Verdict verdict,
            String code,
            @Nullable Instant since,
            @Nullable Instant until,
            String sentence,
            String remedy) {}

    /**
     * Puts a decision into words.
     *
     * @param zone in which the reader wants to see times: the node's own, as a rule
     */
    public static Explanation of(
            Decision decision,
            NodeFacts node,
            @Nullable UpdateFacts update,
            @Nullable CampaignFacts campaign,
            Instant now,
            ZoneId zone) {
        List<GateExplanation> gates = decision.gates().stream()
                .map(gate -> new GateExplanation(
                        gate.gate(),
                        gate.verdict(),
                        gate.code(),
                        gate.since(),
                        gate.until(),
                        gate.evidence().sentence(now, zone),
                        gate.remedy()))
                .toList();
        return new Explanation(
                decision.directive(),
                sentence(decision, node, update, campaign, now, zone),
                decision.blocking().map(Gate::code).orElse(null),
                gates);
    }

    /** One or two sentences: {@code Downloaded 1.4.2. Waits for Weeknights, opens Tue 02:00 CEST, in 9 h.} */
    public static String sentence(
            Decision decision,
            NodeFacts node,
            @Nullable UpdateFacts update,
            @Nullable CampaignFacts campaign,
            Instant now,
            ZoneId zone) {
        if (update == null || campaign == null) {
            Gate closed = Decisions.nodeState(node);
            String nothing = "No update is planned for this node.";
            return closed == null ? nothing : nothing + " " + closed.evidence().sentence(now, zone);
        }
        String where = progress(update, campaign, now, zone);
        return next(decision, update, now, zone).map(next -> where + " " + next).orElse(where);
    }

    private static Optional<String> next(Decision decision, UpdateFacts update, Instant now, ZoneId zone) {
        return switch (decision.directive()) {
            case NONE -> Optional.empty();
            case DOWNLOAD -> Optional.of("May download now.");
            case WAIT, ROLL_BACK ->
                decision.blocking().map(gate -> gate.evidence().sentence(now, zone));
            case CANCEL ->
                decision.blocking()
                        .map(gate -> gate.evidence().sentence(now, zone) + " The update is dropped.")
                        .or(() -> Optional.of("The update is dropped."));
            case INSTALL_ALLOWED -> Optional.of(install(update.permit(), now, zone));
        };
    }

    private static String install(@Nullable PermitFacts permit, Instant now, ZoneId zone) {
        return permit != null && now.isBefore(permit.validUntil())
                ? "May install until %s.".formatted(Sentences.whenAndHowSoon(permit.validUntil(), now, zone))
                : "All gates are open: gets its permit with the next poll.";
    }

    private static String progress(UpdateFacts update, CampaignFacts campaign, Instant now, ZoneId zone) {
        ImageFacts step = campaign.imageOf(update.course().step());
        String version = step.id().equals(campaign.image().id())
                ? step.version()
                : "%s (on the way to %s)"
                        .formatted(step.version(), campaign.image().version());
        String since = Sentences.when(update.stateSince(), now, zone);
        return switch (update.state()) {
            case OFFERED -> "%s is offered.".formatted(version);
            case DOWNLOADING -> "Downloading %s since %s.".formatted(version, since);
            case DOWNLOADED -> "Downloaded %s.".formatted(version);
            case INSTALLING -> "Installing %s since %s.".formatted(version, since);
            case STAGED -> "Staged %s in the other slot.".formatted(version);
            case REBOOTING -> "Rebooting into %s since %s.".formatted(version, since);
            case TRIAL -> "Runs %s on trial since %s.".formatted(version, since);
            case CONFIRMED -> "Runs %s, confirmed %s.".formatted(version, since);
            case FAILED -> "The update to %s failed %s.".formatted(version, since);
            case ROLLED_BACK -> "Rolled back from %s %s.".formatted(version, since);
            case LOST -> "Silent since its permit for %s, given up %s.".formatted(version, since);
            case CANCELED -> "The update to %s was canceled %s.".formatted(version, since);
            case SUPERSEDED -> "The update to %s was superseded %s.".formatted(version, since);
            case SKIPPED -> "The update to %s was skipped %s.".formatted(version, since);
        };
    }
}
