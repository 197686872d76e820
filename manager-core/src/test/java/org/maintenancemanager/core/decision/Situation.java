package org.maintenancemanager.core.decision;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.BudgetId;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.BudgetFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.GateFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.GuardFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.WaveFacts;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.PermitId;
import org.maintenancemanager.core.campaign.UpdateId;
import org.maintenancemanager.core.campaign.WaveGate;
import org.maintenancemanager.core.campaign.WaveGates;
import org.maintenancemanager.core.decision.UpdateFacts.Course;
import org.maintenancemanager.core.decision.UpdateFacts.PermitFacts;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.Schedule.Opening;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.core.window.WindowOverride;

/** A node that downloaded its image, in an open window, with nothing against it; each test changes what it is about. */
final class Situation {
    static final Instant NOW = Instant.parse("2026-06-15T15:00:00Z");
    static final ImageId IMAGE = new ImageId(new UUID(1, 1));

    NodeState nodeState = NodeState.ACTIVE;

    @Nullable
    String nodeReason;

    @Nullable
    String hardware = "nuc";

    String runningSha = "0".repeat(64);

    @Nullable
    Long runningCounter = 3L;

    Set<ImageId> blocked = new HashSet<>();
    List<BudgetFacts> budgets = new ArrayList<>(List.of(budget("Berlin", 1, 2)));
    FakeSchedule schedule = new FakeSchedule();

    UpdateState state = UpdateState.DOWNLOADED;

    @Nullable
    PermitFacts permit;

    CampaignState campaignState = CampaignState.RUNNING;

    @Nullable
    String campaignReason;

    ImageState imageState = ImageState.PUBLISHED;
    String architecture = "x86_64";
    Set<String> imageHardware = new HashSet<>(Set.of("nuc", "pi"));
    long counter = 4;
    boolean waveOpen = true;
    boolean waveSkipped;
    WaveGate gate = WaveGate.NONE;
    /** How the wave before does: 3 of 10 are confirmed. */
    WaveGates.Progress canary =
            new WaveGates.Progress(Map.of(UpdateState.CONFIRMED, 3, UpdateState.OFFERED, 7), 0, null, false);

    int inFlight = 9;
    boolean prestage;
    boolean allowDowngrade;
    NeededTime usual = new NeededTime(Duration.ofMinutes(15), NeededTime.Source.DEFAULT, 0);

    @Nullable
    Duration neededTime;

    Duration guardTime = Duration.ZERO;
    ClientProfile client = ClientProfile.OWN;

    @Nullable
    WindowOverride override;

    GuardFacts guard = GuardFacts.CALM;
    int attempt = 1;
    Course course = new Course(runningSha, null, null, null, false);

    /** What the test says, in the order of time. */
    static final class FakeSchedule implements Schedule {
        boolean hasWindow = true;

        @Nullable
        Opening open = opening("Weeknights", NOW.minus(Duration.ofHours(1)), Duration.ofHours(4));

        @Nullable
        Opening frozen;

        List<Opening> next =
                new ArrayList<>(List.of(opening("Weeknights", NOW.plus(Duration.ofHours(9)), Duration.ofHours(4))));

        @Override
        public boolean hasWindow() {
            return hasWindow;
        }

        @Override
        public Optional<Opening> openAt(Instant now) {
            return Optional.ofNullable(open);
        }

        @Override
        public Optional<Opening> nextAfter(Instant now) {
            return next.stream().filter(opening -> opening.start().isAfter(now)).findFirst();
        }

        @Override
        public Optional<Opening> frozenAt(Instant now) {
            return Optional.ofNullable(frozen);
        }

        @Override
        public Schedule overridden(WindowOverride override) {
            var other = new FakeSchedule();
            other.open = new Opening(null, override.name(), override.since(), override.until());
            return other;
        }
    }

    static Opening opening(String name, Instant start, Duration length) {
        return new Opening(new WindowId(new UUID(2, 2)), name, start, start.plus(length));
    }

    static BudgetFacts budget(String name, int inFlight, int max) {
        return new BudgetFacts(new BudgetId(new UUID(3, name.hashCode())), name, "/eu/de", max, inFlight);
    }

    static PermitFacts permitUntil(Instant validUntil) {
        return new PermitFacts(
                new PermitId(new UUID(4, 4)),
                NOW.minus(Duration.ofHours(1)),
                validUntil,
                validUntil.plus(Duration.ofMinutes(15)));
    }

    private static WaveGates.Progress nobody() {
        return new WaveGates.Progress(Map.of(), 0, null, false);
    }

    NodeFacts node() {
        return new NodeFacts(
                new NodeId(new UUID(5, 5)),
                nodeState,
                nodeReason,
                "x86_64",
                hardware,
                "/eu/de/berlin-3",
                runningSha,
                runningCounter,
                blocked,
                schedule,
                usual,
                budgets,
                client);
    }

    UpdateFacts update() {
        return new UpdateFacts(
                new UpdateId(new UUID(6, 6)),
                new CampaignId(new UUID(7, 7)),
                1,
                attempt,
                state,
                NOW.minus(Duration.ofMinutes(30)),
                42,
                permit,
                course);
    }

    CampaignFacts campaign() {
        return new CampaignFacts(
                new CampaignId(new UUID(7, 7)),
                "June",
                campaignState,
                campaignReason,
                NOW.minus(Duration.ofDays(1)),
                new ImageFacts(
                        IMAGE,
                        "edge-os",
                        "1.4.2",
                        counter,
                        architecture,
                        imageHardware,
                        1_000_000,
                        "f".repeat(64),
                        "/node/v1/artifacts/" + "f".repeat(64),
                        null,
                        imageState),
                List.of(
                        new WaveFacts(
                                0,
                                "canary",
                                NOW.minus(Duration.ofDays(1)),
                                waveOpen ? NOW.minus(Duration.ofHours(2)) : null,
                                null,
                                new GateFacts(new BigDecimal("0.9"), gate, canary)),
                        new WaveFacts(
                                1,
                                "rest",
                                waveOpen ? NOW.minus(Duration.ofHours(2)) : null,
                                null,
                                waveSkipped ? NOW.minus(Duration.ofMinutes(5)) : null,
                                new GateFacts(BigDecimal.ZERO, WaveGate.NONE, nobody()))),
                10,
                inFlight,
                0,
                prestage,
                allowDowngrade,
                Duration.ofHours(1),
                neededTime,
                guardTime,
                Duration.ofMinutes(15),
                override,
                guard);
    }

    Decision decide() {
        return Decisions.decide(node(), update(), campaign(), NOW);
    }
}
