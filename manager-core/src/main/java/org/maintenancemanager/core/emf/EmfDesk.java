package org.maintenancemanager.core.emf;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.api.node.SlotState;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.client.ClientSightings;
import org.maintenancemanager.core.decision.ClientFamily;
import org.maintenancemanager.core.decision.UpdateFacts;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.update.Assignment;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.Overloaded;
import org.maintenancemanager.core.update.PollDesk;
import org.maintenancemanager.core.update.ReportIntake;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Answers agents of Edge Microvisor Toolkit from memory; writes only when what they say is new. */
@Component
public class EmfDesk {
    private static final String BOOT = "emf";
    private static final String AGENT = "Edge Microvisor Toolkit platform update agent";
    private static final int LONGEST_TEXT = 8 * 1024;

    private final PollDesk polls;
    private final ReportIntake reports;
    private final ClientSightings sightings;

    /**
     * What was said and told last. Only for economy and manners: without it, a status is written once more than needed, and
     * a changed schedule comes without an empty one before it.
     */
    private record Memory(
            @Nullable EmfStatus said, @Nullable Told told) {}

    /** @param sha256 of the image that the schedule was for */
    private record Told(EmfSchedule schedule, String sha256) {}

    private final Cache<UUID, Memory> memories;

    EmfDesk(
            PollDesk polls,
            ReportIntake reports,
            ClientSightings sightings,
            @Value("${manager.nodes-in-memory:1000000}") int nodesInMemory) {
        this.polls = polls;
        this.reports = reports;
        this.sightings = sightings;
        this.memories = Caffeine.newBuilder()
                .maximumSize(nodesInMemory)
                .expireAfterAccess(Duration.ofHours(1))
                .build();
    }

    /**
     * Takes in where the node stands, and says what it shall do.
     *
     * @throws Overloaded when the manager has more to do than it can; then it is open what was stored
     */
    public EmfOffer answer(KnownNode node, EmfStatus status) {
        Memory memory = memories.getIfPresent(node.id().value());
        EmfStatus before = memory == null ? null : memory.said();
        if (takeIn(node, polls.standing(node), status, before)) {
            // The level has been written; the offer below is made on what it led to.
            memories.put(node.id().value(), new Memory(status, memory == null ? null : memory.told()));
        }
        Assignment assignment = polls.assignment(node);
        sightings.seen(node, assignment.device(), ClientFamily.EMF, AGENT);
        EmfOffer.Target target = target(assignment);
        Told wanted = wanted(schedule(assignment), target);
        Told told = memory == null ? null : memory.told();
        // Neither the schedule nor its image is changed into another: the schedule is taken back first.
        Told next = told == null || wanted == null || told.equals(wanted) ? wanted : null;
        if (memory == null || !Objects.equals(told, next) || !status.equals(memory.said())) {
            memories.put(node.id().value(), new Memory(status, next));
        }
        return new EmfOffer(target, next == null ? null : next.schedule());
    }

    private static @Nullable Told wanted(@Nullable EmfSchedule schedule, EmfOffer.@Nullable Target target) {
        return schedule == null || target == null ? null : new Told(schedule, target.sha256());
    }

    private static @Nullable EmfSchedule schedule(Assignment assignment) {
        UpdateFacts update = assignment.active();
        CampaignFacts campaign = assignment.campaign();
        return update == null || campaign == null
                ? null
                : EmfRules.schedule(new EmfRules.Situation(
                        assignment.facts(),
                        update.state(),
                        campaign,
                        assignment.directive(),
                        assignment.blocking(),
                        assignment.permit(),
                        assignment.now()));
    }

    /** The image of the update under way, else the one that runs: the agent compares digests, and sees nothing new. */
    private static EmfOffer.@Nullable Target target(Assignment assignment) {
        CampaignFacts campaign = assignment.campaign();
        UpdateFacts update = assignment.active();
        if (update != null && campaign != null) {
            ImageFacts image = campaign.imageOf(update.course().step());
            return new EmfOffer.Target(
                    image.id().toString(), path(image.url()), image.sha256(), image.family(), image.version());
        }
        String running = assignment.facts().runningSha256();
        String version = assignment.runningVersion();
        return running == null ? null : new EmfOffer.Target("", "", running, "", version == null ? "" : version);
    }

    /** The agent puts its own release server before it. */
    static String path(String url) {
        String path = url.startsWith("/") ? url : URI.create(url).getRawPath();
        return path.startsWith("/") ? path.substring(1) : path;
    }

    /** @return whether something was written */
    private boolean takeIn(KnownNode node, Assignment assignment, EmfStatus status, @Nullable EmfStatus before) {
        UpdateFacts update = assignment.active();
        CampaignFacts campaign = assignment.campaign();
        if (update == null || campaign == null) {
            return false;
        }
        List<EmfRules.Step> steps = EmfRules.steps(
                update.state(),
                status,
                before,
                update.permit() != null,
                Duration.between(update.stateSince(), assignment.now()),
                campaign.imageOf(update.course().step()).version());
        boolean changedUnpermitted = status.level() == EmfStatus.Level.UP_TO_DATE
                && before != null
                && before.level() == EmfStatus.Level.UPDATED
                && update.permit() == null
                && update.state() != UpdateState.OFFERED
                && !update.state().needsPermit();
        if (changedUnpermitted) {
            // It began by its old schedule while we could not be reached: the image runs, the update is not needed.
            reports.submit(
                    node,
                    new ReportRequest(
                            List.of(),
                            facts(assignment, campaign.imageOf(update.course().step()), UpdateState.CONFIRMED)));
            return true;
        }
        if (steps.isEmpty()) {
            return false;
        }
        reports.submit(
                node,
                new ReportRequest(
                        steps.stream()
                                .map(step -> report(update, step, step == steps.getLast() ? status.detail() : ""))
                                .toList(),
                        facts(
                                assignment,
                                campaign.imageOf(update.course().step()),
                                steps.getLast().state())));
        return true;
    }

    private static Report report(UpdateFacts update, EmfRules.Step step, String detail) {
        String text = detail.replace("\0", "").strip();
        return new Report(
                BOOT,
                0,
                update.id().toString(),
                step.state(),
                step.phase(),
                null,
                step.code(),
                text.isEmpty() ? null : text.substring(0, Math.min(text.length(), LONGEST_TEXT)));
    }

    private static @Nullable NodeFacts facts(Assignment assignment, ImageFacts image, UpdateState last) {
        String version = assignment.runningVersion();
        String sha256 = assignment.facts().runningSha256();
        return switch (last) {
            case CONFIRMED ->
                slots(
                        new Slot(SlotName.A, SlotState.ACTIVE, image.version(), image.sha256()),
                        new Slot(SlotName.B, SlotState.INACTIVE, version, sha256));
            case ROLLED_BACK ->
                slots(
                        new Slot(SlotName.A, SlotState.ACTIVE, version, sha256),
                        new Slot(SlotName.B, SlotState.BAD, image.version(), image.sha256()));
            default -> null;
        };
    }

    private static NodeFacts slots(Slot active, Slot other) {
        return new NodeFacts(null, null, active.name(), List.of(active, other), null, null, null);
    }
}
