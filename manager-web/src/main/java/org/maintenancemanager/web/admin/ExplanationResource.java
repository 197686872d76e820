package org.maintenancemanager.web.admin;

import java.util.List;
import java.util.UUID;
import org.maintenancemanager.api.admin.CampaignReasons;
import org.maintenancemanager.api.admin.GateVerdict;
import org.maintenancemanager.api.admin.NodeExplanation;
import org.maintenancemanager.api.admin.PathStep;
import org.maintenancemanager.api.admin.WaitingReason;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.update.Explanations;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Why nodes wait. */
@RestController
@RequestMapping("/api/v1")
class ExplanationResource {
    private final Explanations explanations;

    ExplanationResource(Explanations explanations) {
        this.explanations = explanations;
    }

    @GetMapping("/nodes/{id}/explanation")
    NodeExplanation node(@PathVariable UUID id) {
        Explanations.NodeExplanation node = explanations.explain(new NodeId(id));
        return new NodeExplanation(
                id,
                node.updateId(),
                node.campaignId(),
                node.at(),
                node.explanation().directive().name(),
                sentence(node),
                node.explanation().code(),
                node.explanation().gates().stream()
                        .map(gate -> new GateVerdict(
                                gate.name().name(),
                                gate.verdict().name(),
                                gate.code(),
                                gate.since(),
                                gate.until(),
                                gate.sentence(),
                                gate.remedy()))
                        .toList(),
                steps(node.path()),
                node.policy() == null ? null : node.policy().id().value());
    }

    private static String sentence(Explanations.NodeExplanation node) {
        String sentence = node.explanation().sentence();
        return node.policy() == null
                ? sentence
                : "%s The campaign comes from policy %s."
                        .formatted(sentence, node.policy().name());
    }

    static List<PathStep> steps(List<ImageFacts> images) {
        return images.stream()
                .map(image -> new PathStep(image.id().value(), image.version(), image.releaseCounter()))
                .toList();
    }

    @GetMapping("/campaigns/{id}/reasons")
    CampaignReasons campaign(@PathVariable UUID id) {
        Explanations.Reasons reasons = explanations.reasons(new CampaignId(id));
        return new CampaignReasons(
                reasons.at(),
                reasons.proceeding(),
                reasons.waiting().stream()
                        .map(waiting -> new WaitingReason(
                                waiting.gate().name(),
                                waiting.code(),
                                waiting.nodes(),
                                waiting.firstUntil(),
                                waiting.example()))
                        .toList());
    }
}
