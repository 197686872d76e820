package org.maintenancemanager.core.ddi;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.Images;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.Assignment;
import org.maintenancemanager.core.update.Device;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.Overloaded;
import org.maintenancemanager.core.update.PollDesk;
import org.maintenancemanager.core.update.ReportIntake;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Answers DDI clients: polls from memory, feedback through the same intake as our own nodes' reports. */
@Component
public class DdiDesk {
    /** These clients do not say in which boot they are. */
    private static final String BOOT = "ddi";

    private static final int LONGEST_TEXT = 8 * 1024;

    /** As many as hawkBit gives. */
    private static final int MOST_MESSAGES = 100;

    private final PollDesk polls;
    private final ReportIntake reports;
    private final ClientSightings sightings;
    private final DdiAttributes attributes;
    private final Images images;
    private final JdbcClient jdbc;

    private record ImageKey(TenantId tenant, ImageId image) {}

    private record Digests(@Nullable String sha1, @Nullable String md5, boolean stored) {}

    /** They change only before an image is stored. */
    private final Cache<ImageKey, Digests> digests = Caffeine.newBuilder()
            .maximumSize(1000)
            .expireAfterWrite(Duration.ofSeconds(10))
            .build();

    /** A withdrawn image is given out for as long as this at most. */
    private final Cache<ImageKey, Optional<DdiArtifact>> published = Caffeine.newBuilder()
            .maximumSize(1000)
            .expireAfterWrite(Duration.ofSeconds(2))
            .build();

    DdiDesk(
            PollDesk polls,
            ReportIntake reports,
            ClientSightings sightings,
            DdiAttributes attributes,
            Images images,
            JdbcClient jdbc) {
        this.polls = polls;
        this.reports = reports;
        this.sightings = sightings;
        this.attributes = attributes;
        this.images = images;
        this.jdbc = jdbc;
    }

    /**
     * @param family which the client shows itself to be
     * @throws Overloaded when the manager has more to do than it can
     */
    public DdiPoll poll(KnownNode node, ClientFamily family, @Nullable String userAgent) {
        Assignment assignment = polls.assignment(node);
        Device device = assignment.device();
        sightings.seen(node, device, family, userAgent);
        return new DdiPoll(
                task(assignment),
                installed(device, assignment.update()),
                device == null || device.wantsAttributes(assignment.now()),
                assignment.nextPollSeconds());
    }

    private static int installed(@Nullable Device device, @Nullable UpdateFacts latest) {
        return device != null && latest != null && latest.state() == UpdateState.CONFIRMED ? device.action() : 0;
    }

    private static DdiTask task(Assignment assignment) {
        Device device = assignment.device();
        UpdateFacts update = assignment.update();
        if (device == null || update == null) {
            return new DdiTask.Nothing();
        }
        return DdiRules.task(
                device.family(),
                update.state(),
                assignment.directive(),
                assignment.permit() != null,
                device.action(),
                device.canceledAction());
    }

    /** The action with its image, if that is what the client shall see now. */
    public Optional<DdiDeployment> deployment(KnownNode node, int action) {
        Assignment assignment = polls.standing(node);
        CampaignFacts campaign = assignment.campaign();
        UpdateFacts update = assignment.update();
        return task(assignment) instanceof DdiTask.Deploy deploy
                        && deploy.action() == action
                        && campaign != null
                        && update != null
                ? Optional.of(deployment(
                        assignment,
                        action,
                        deploy.handling(),
                        campaign.imageOf(update.course().step())))
                : Optional.empty();
    }

    /** The action that the client shall cancel, if it is this one. */
    public boolean isCanceled(KnownNode node, int action) {
        return task(polls.standing(node)) instanceof DdiTask.Cancel cancel && cancel.action() == action;
    }

    /** The action by which the client was updated last, with its image, if it is this one. */
    public Optional<DdiDeployment> installed(KnownNode node, int action) {
        return jdbc.sql("""
                        select action_number, image_id from node_update
                        where tenant_id = :tenant and node_id = :node and state = 'CONFIRMED'
                        order by assignment_version desc
                        limit 1
                        """)
                .param("tenant", node.tenant().value())
                .param("node", node.id().value())
                .query((row, number) -> row.getInt("action_number") == action
                        ? new ImageId(row.getObject("image_id", UUID.class))
                        : null)
                .optional()
                .map(image -> deployment(polls.standing(node), action, DdiTask.Handling.GO, images.facts(image)));
    }

    /**
     * What became of an action of the node, and at most so many lines that the client said about it; {@value #MOST_MESSAGES}
     * if it is a negative number or a greater one.
     */
    public DdiHistory history(KnownNode node, int action, int most) {
        int limit = most < 0 ? MOST_MESSAGES : Math.min(most, MOST_MESSAGES);
        List<String> messages = new ArrayList<>();
        jdbc.sql("""
                        select report.text
                        from node_update
                        join report on report.tenant_id = node_update.tenant_id and report.node_id = node_update.node_id
                                   and report.update_id = node_update.id
                        where node_update.tenant_id = :tenant and node_update.node_id = :node
                          and node_update.action_number = :action and report.text is not null
                        order by report.enrollment desc, report.seq desc
                        limit :limit
                        """)
                .param("tenant", node.tenant().value())
                .param("node", node.id().value())
                .param("action", action)
                .param("limit", limit)
                .query(String.class)
                .list()
                .forEach(text -> messages.addAll(text.lines().toList().reversed()));
        UpdateState state = jdbc.sql("""
                        select state from node_update
                        where tenant_id = :tenant and node_id = :node and action_number = :action
                        """)
                .param("tenant", node.tenant().value())
                .param("node", node.id().value())
                .param("action", action)
                .query(UpdateState.class)
                .single();
        return new DdiHistory(DdiRules.status(state), messages.subList(0, Math.min(limit, messages.size())));
    }

    private DdiDeployment deployment(Assignment assignment, int action, DdiTask.Handling handling, ImageFacts image) {
        Digests known = digests.get(new ImageKey(assignment.node().tenant(), image.id()), this::read);
        String name = DdiArtifact.baseName(image.family(), image.version()) + DdiArtifact.extension(family(assignment));
        return new DdiDeployment(action, handling, name, image, known.sha1(), known.md5(), known.stored());
    }

    private static ClientFamily family(Assignment assignment) {
        Device device = assignment.device();
        return device == null ? ClientFamily.DDI_OTHER : device.family();
    }

    private Digests read(ImageKey key) {
        return jdbc.sql(
                        "select sha1, md5, stored and url is null as stored from image where tenant_id = :tenant and id = :id")
                .param("tenant", key.tenant().value())
                .param("id", key.image().value())
                .query((row, number) ->
                        new Digests(row.getString("sha1"), row.getString("md5"), row.getBoolean("stored")))
                .optional()
                .orElseThrow(() -> new NotFound("image", key.image().toString()));
    }

    /**
     * Takes in what the client says about an action; returns after the commit.
     *
     * @throws Overloaded when too much waits, or the database does not answer
     */
    public FeedbackAnswer feedback(KnownNode node, int action, DdiFeedback feedback) {
        Assignment assignment = polls.standing(node);
        Device device = assignment.device();
        UpdateFacts update = assignment.update();
        CampaignFacts campaign = assignment.campaign();
        if (device == null || update == null || campaign == null || device.action() != action) {
            return had(node, action) ? FeedbackAnswer.GONE : FeedbackAnswer.UNKNOWN;
        }
        if (update.state().isTerminal()) {
            return FeedbackAnswer.GONE;
        }
        DdiRules.Meaning meaning = DdiRules.meaning(device.family(), update.state(), update.permit() != null, feedback);
        if (meaning instanceof DdiRules.Meaning.Steps told) {
            List<DdiRules.Step> steps = told.steps();
            reports.submit(
                    node,
                    new ReportRequest(
                            reports(update, steps, feedback),
                            facts(assignment, campaign.imageOf(update.course().step()), told.runs())));
            boolean staged = steps.getLast().state() == UpdateState.STAGED;
            if (staged && device.family() == ClientFamily.RAUC) {
                attributes.want(node);
            }
        }
        return FeedbackAnswer.TAKEN;
    }

    private static List<Report> reports(UpdateFacts update, List<DdiRules.Step> steps, DdiFeedback feedback) {
        List<Report> reports = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            DdiRules.Step step = steps.get(i);
            boolean last = i == steps.size() - 1;
            reports.add(new Report(
                    BOOT,
                    0,
                    update.id().toString(),
                    step.state(),
                    step.phase(),
                    last ? feedback.progressPercent() : null,
                    code(step, feedback),
                    last ? text(feedback) : null));
        }
        return reports;
    }

    private static @Nullable String code(DdiRules.Step step, DdiFeedback feedback) {
        return step.code() == null || feedback.code() == null ? step.code() : step.code() + " " + feedback.code();
    }

    /** As they said it, but for what PostgreSQL cannot keep. */
    private static @Nullable String text(DdiFeedback feedback) {
        String text = String.join("\n", feedback.details()).replace("\0", "").strip();
        return text.isEmpty() ? null : text.substring(0, Math.min(text.length(), LONGEST_TEXT));
    }

    /** What follows for its slots: these clients do not tell. A is what runs, B what ran or was tried. */
    private static @Nullable NodeFacts facts(Assignment assignment, ImageFacts image, DdiRules.Runs runs) {
        Slot fresh = new Slot(SlotName.A, SlotState.ACTIVE, image.version(), image.sha256());
        String version = assignment.runningVersion();
        String sha256 = assignment.facts().runningSha256();
        return switch (runs) {
            case UNKNOWN -> null;
            case NEW -> slots(fresh, new Slot(SlotName.B, SlotState.INACTIVE, version, sha256));
            case OLD ->
                slots(
                        new Slot(SlotName.A, SlotState.ACTIVE, version, sha256),
                        new Slot(SlotName.B, SlotState.BAD, image.version(), image.sha256()));
        };
    }

    private static NodeFacts slots(Slot active, Slot other) {
        return new NodeFacts(null, null, active.name(), List.of(active, other), null, null, null);
    }

    /** The client's answer to a cancel: once it is closed or refused, it is not asked again. */
    public FeedbackAnswer cancelFeedback(KnownNode node, int action, DdiFeedback feedback) {
        if (!isCanceled(node, action)) {
            return had(node, action) ? FeedbackAnswer.GONE : FeedbackAnswer.UNKNOWN;
        }
        if (feedback.execution() == DdiFeedback.Execution.CLOSED
                || feedback.execution() == DdiFeedback.Execution.REJECTED) {
            attributes.acknowledgeCancel(node, action);
        }
        return FeedbackAnswer.TAKEN;
    }

    /** Whether the node has or had such an action. */
    public boolean had(KnownNode node, int action) {
        return jdbc.sql("""
                        select exists (select from node_update
                                       where tenant_id = :tenant and node_id = :node and action_number = :action)
                        """)
                .param("tenant", node.tenant().value())
                .param("node", node.id().value())
                .param("action", action)
                .query(Boolean.class)
                .single();
    }

    /** Keeps the client's attributes as the node's own labels. */
    public void attributes(KnownNode node, DdiAttributes.Mode mode, Map<String, String> told) {
        Map<String, String> all = attributes.write(node, mode, told);
        String version = DdiAttributes.version(all);
        Assignment assignment = polls.standing(node);
        Device device = assignment.device();
        if (version == null || device == null) {
            return;
        }
        UpdateFacts update = assignment.active();
        CampaignFacts campaign = assignment.campaign();
        if (update != null && campaign != null && update.state().needsPermit()) {
            confirm(assignment, device, update, campaign.imageOf(update.course().step()), version);
        } else if (assignment.runningVersion() == null) {
            runs(assignment, version);
        }
    }

    /** RAUC's clients say success before their restart; that the new version runs shows here. */
    private void confirm(Assignment assignment, Device device, UpdateFacts update, ImageFacts image, String version) {
        if (device.family() != ClientFamily.RAUC || update.state() == UpdateState.INSTALLING) {
            return;
        }
        if (!version.equals(image.version())) {
            attributes.wantLater(assignment.node());
            return;
        }
        reports.submit(
                assignment.node(),
                new ReportRequest(
                        List.of(new Report(
                                BOOT,
                                0,
                                update.id().toString(),
                                UpdateState.CONFIRMED,
                                null,
                                null,
                                null,
                                "The attributes show version " + version + ".")),
                        facts(assignment, image, DdiRules.Runs.NEW)));
    }

    /** A client of which nothing was known: its version, if it is exactly one image's. */
    private void runs(Assignment assignment, String version) {
        List<String> digestsOfVersion = jdbc.sql("""
                        select sha256 from image
                        where tenant_id = :tenant and image_version = :version and architecture = :architecture
                        limit 2
                        """)
                .param("tenant", assignment.node().tenant().value())
                .param("version", version)
                .param("architecture", assignment.facts().architecture())
                .query(String.class)
                .list();
        String sha256 = digestsOfVersion.size() == 1 ? digestsOfVersion.getFirst() : null;
        Slot active = new Slot(SlotName.A, SlotState.ACTIVE, version, sha256);
        reports.submit(
                assignment.node(),
                new ReportRequest(List.of(), slots(active, new Slot(SlotName.B, SlotState.INACTIVE, null, null))));
    }

    /** What lies behind a software module's artifacts: an image of the node's tenant that is published and stored here. */
    public Optional<DdiArtifact> artifact(KnownNode node, String module) {
        UUID image;
        try {
            image = UUID.fromString(module);
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
        // Of a download in thousands of ranges, all but the first find it here.
        return published
                .get(new ImageKey(node.tenant(), new ImageId(image)), this::readArtifact)
                .map(found -> found.forClient(family(polls.standing(node))));
    }

    private Optional<DdiArtifact> readArtifact(ImageKey key) {
        return jdbc.sql("""
                        select family, image_version, sha256, sha1, md5, size_bytes from image
                        where tenant_id = :tenant and id = :id and stored and state = 'PUBLISHED'
                        """)
                .param("tenant", key.tenant().value())
                .param("id", key.image().value())
                .query((row, number) -> new DdiArtifact(
                        DdiArtifact.baseName(row.getString("family"), row.getString("image_version")),
                        ClientFamily.DDI_OTHER,
                        row.getLong("size_bytes"),
                        row.getString("sha256"),
                        row.getString("sha1"),
                        row.getString("md5")))
                .optional();
    }
}
