package org.maintenancemanager.simulate;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.BudgetId;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.BudgetFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.GateFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.GuardFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.HeldCohort;
import org.maintenancemanager.core.campaign.CampaignFacts.WaveFacts;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignMove;
import org.maintenancemanager.core.campaign.CampaignRules;
import org.maintenancemanager.core.campaign.CampaignSchedule;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.PermitId;
import org.maintenancemanager.core.campaign.UpdateId;
import org.maintenancemanager.core.campaign.WaveGates;
import org.maintenancemanager.core.decision.Decision;
import org.maintenancemanager.core.decision.Decisions;
import org.maintenancemanager.core.decision.NeededTime;
import org.maintenancemanager.core.decision.PermitTerms;
import org.maintenancemanager.core.decision.UpdateFacts;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.guard.GuardRules;
import org.maintenancemanager.core.guard.Judge;
import org.maintenancemanager.core.guard.SequentialTest;
import org.maintenancemanager.core.guard.Tally;
import org.maintenancemanager.core.guard.Verdict;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.update.PureReports;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.Schedules;
import org.maintenancemanager.core.window.WindowDefinition;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.Recurrence;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Target;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;
import org.maintenancemanager.core.window.WindowDefinition.Zone;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.core.window.WindowOverride;

/**
 * The manager with its tables in memory: what the services do by SQL is done here by loops, and what they ask pure functions
 * is asked of the same functions. Each public call is one transaction. The protected methods are the seams at which mutants
 * break it.
 */
class Model implements Manager {
    protected final Script script;
    protected Store store = new Store();
    protected Instant now;
    /** What each replica remembers, which may be behind what is stored. */
    protected final Map<Integer, Memory> memories = new HashMap<>();

    protected final Map<Integer, Duration> skews = new HashMap<>();
    private @Nullable Store backup;

    Model(Script script) {
        this.script = script;
        this.now = script.begins();
        store.cap = script.tenantCap();
        for (int image = 0; image < Script.RELEASES.length; image++) {
            store.images.add(ImageState.PUBLISHED);
        }
        script.budgets().forEach(limit -> store.budgets.add(new Store.Budget(limit.site(), limit.most())));
        for (int node = 0; node < script.nodes(); node++) {
            store.nodes.add(new Store.Node(node, store.id(), now));
        }
        for (int number = 0; number < Script.CAMPAIGNS; number++) {
            int image = script.imageOf(number);
            create(script.spec(number, imageId(image)), image, "ann", null);
        }
        refresh(0);
        refresh(1);
    }

    @Override
    public void now(Instant later) {
        now = later;
    }

    // What is known in memory.

    /** Facts as a replica remembers them. */
    protected record Memory(
            long windowVersion,
            Map<Integer, org.maintenancemanager.core.decision.NodeFacts> nodes,
            Map<Integer, Long> nodeVersions,
            Map<Integer, Store.Update> latest,
            Map<Integer, UpdateFacts> updates,
            Map<String, CampaignFacts> campaigns,
            Map<Integer, Long> acked) {}

    /** A replica hears of what has changed. */
    void refresh(int replica) {
        if (last == null || lastRead != changes) {
            last = read();
            lastRead = changes;
        }
        memories.put(replica, last);
    }

    /** How often something was written; what was read since is read again by nobody. */
    private long changes;

    private long lastRead = -1;
    private @Nullable Memory last;

    /** A replica is gone; when it is back it reads everything anew. */
    void crash(int replica) {
        refresh(replica);
    }

    protected Memory read() {
        Map<Integer, org.maintenancemanager.core.decision.NodeFacts> nodes = new HashMap<>();
        Map<Integer, Long> nodeVersions = new HashMap<>();
        Map<Integer, Store.Update> latest = new HashMap<>();
        Map<Integer, UpdateFacts> updates = new HashMap<>();
        Map<Integer, Long> acked = new HashMap<>();
        Map<String, CampaignFacts> campaigns = new HashMap<>();
        for (Store.Update update : store.updates.values()) {
            latest.merge(update.node.number, update, (one, other) -> other.version > one.version ? other : one);
        }
        for (Store.Node node : store.nodes) {
            nodes.put(node.number, facts(node));
            nodeVersions.put(node.number, node.version);
            acked.put(node.number, node.acked);
            Store.Update update = latest.get(node.number);
            if (update != null) {
                updates.put(node.number, facts(update));
            }
        }
        store.campaigns.values().stream()
                .filter(campaign -> campaign.startedAt != null)
                .forEach(campaign -> campaigns.put(campaign.name, facts(campaign)));
        return new Memory(store.windowVersion, nodes, nodeVersions, latest, updates, campaigns, acked);
    }

    protected org.maintenancemanager.core.decision.NodeFacts facts(Store.Node node) {
        return new org.maintenancemanager.core.decision.NodeFacts(
                new NodeId(node.id),
                node.state,
                null,
                "x86_64",
                script.hardware(node.number),
                script.site(node.number).path(),
                node.running < 0 ? null : sha256(node.running),
                node.running < 0 ? null : Script.RELEASES[node.running],
                node.blocked.stream().map(Model::imageId).collect(java.util.stream.Collectors.toSet()),
                schedule(node),
                new NeededTime(Duration.ofMinutes(15), NeededTime.Source.DEFAULT, 0),
                budgetsOf(node).stream().map(Model::facts).toList());
    }

    private static BudgetFacts facts(Store.Budget budget) {
        return new BudgetFacts(new BudgetId(budget.id), budget.site, budget.site, budget.most, budget.inFlight);
    }

    protected UpdateFacts facts(Store.Update update) {
        Store.Permit permit = update.permit;
        return new UpdateFacts(
                new UpdateId(update.id),
                new CampaignId(update.campaign.id),
                update.wave,
                update.attempt,
                update.state,
                update.since,
                update.version,
                permit == null
                        ? null
                        : new UpdateFacts.PermitFacts(
                                new PermitId(permit.id), permit.grantedAt, permit.validUntil, permit.lostAt),
                new UpdateFacts.Course(
                        update.from < 0 ? null : sha256(update.from), update.notBefore, null, null, true));
    }

    protected CampaignFacts facts(Store.Campaign campaign) {
        CampaignSpec spec = campaign.spec;
        List<WaveFacts> waves = new ArrayList<>();
        for (int ordinal = 0; ordinal < campaign.waves.size(); ordinal++) {
            Store.Wave wave = campaign.waves.get(ordinal);
            WaveSpec wanted = spec.waves().get(ordinal);
            waves.add(new WaveFacts(
                    ordinal,
                    wanted.name(),
                    wave.openedAt,
                    wave.passedAt,
                    wave.skippedAt,
                    new GateFacts(wanted.minConfirmedShare(), wanted.gate(), progress(campaign, ordinal))));
        }
        return new CampaignFacts(
                new CampaignId(campaign.id),
                campaign.name,
                campaign.state,
                campaign.reason,
                campaign.startedAt,
                image(campaign.image),
                waves,
                spec.maxInFlight(),
                campaign.inFlight,
                0,
                spec.prestage(),
                spec.allowDowngrade(),
                spec.permitLimit(),
                spec.neededTime(),
                Script.GUARD_TIME,
                spec.bootDeadline(),
                campaign.override,
                guard(campaign));
    }

    private GuardFacts guard(Store.Campaign campaign) {
        return new GuardFacts(
                campaign.evidence,
                1 / campaign.spec.rules().guard().alpha().doubleValue(),
                cautious(campaign),
                campaign.held);
    }

    private static int cautious(Store.Campaign campaign) {
        int limit = campaign.spec.maxInFlight();
        return campaign.spec.rules().guard().enabled()
                ? SequentialTest.cautiousInFlight(limit, campaign.suspicion)
                : limit;
    }

    protected WaveGates.Progress progress(Store.Campaign campaign, int ordinal) {
        Store.Wave wave = campaign.waves.get(ordinal);
        return new WaveGates.Progress(
                wave.counts,
                wave.unreachable,
                wave.reachedAt,
                campaign.questions.stream()
                        .anyMatch(asked ->
                                asked.kind.equals("WAVE") && asked.wave == ordinal && "APPROVED".equals(asked.answer)));
    }

    protected ImageFacts image(int image) {
        return new ImageFacts(
                imageId(image),
                "edge",
                String.valueOf(Script.RELEASES[image]),
                Script.RELEASES[image],
                "x86_64",
                Set.of(),
                1000,
                sha256(image),
                "https://images.example.com/edge.raw",
                null,
                store.images.get(image));
    }

    static ImageId imageId(int image) {
        return new ImageId(new UUID(0x77L << 56 | 7L << 12, 0x8000000000000000L | image));
    }

    @Override
    public String sha256(int image) {
        return String.valueOf(image).repeat(64);
    }

    int imageOf(String sha256) {
        return Integer.parseInt(sha256.substring(0, 1));
    }

    // Windows.

    private @Nullable Schedules schedules;
    private long schedulesVersion = -1;

    protected Schedule schedule(Store.Node node) {
        if (schedules == null || schedulesVersion != store.windowVersion) {
            schedules = new Schedules(store.windowVersion, definitions());
            schedulesVersion = store.windowVersion;
        }
        return schedules.forNode(new Seen(node, zone(node)));
    }

    protected String zone(Store.Node node) {
        return script.site(node.number).zone();
    }

    protected List<WindowDefinition> definitions() {
        List<WindowDefinition> definitions = new ArrayList<>();
        int number = 0;
        for (Script.Daily daily : script.windows()) {
            definitions.add(window(
                    ++number,
                    Kind.PERMIT,
                    daily(daily),
                    new WindowDefinition.NodeLocal(),
                    daily.site().isEmpty() ? new Tenant() : new SiteSubtree(daily.site())));
        }
        for (Store.Freeze freeze : store.freezes) {
            definitions.add(window(
                    ++number,
                    Kind.FREEZE,
                    new OneShot(utc(freeze.from()), utc(freeze.until())),
                    Zone.of("UTC"),
                    new Tenant()));
        }
        return definitions;
    }

    static Recurrence daily(Script.Daily daily) {
        return new RRule(
                LocalDate.of(2026, 1, 1).atTime(daily.opens()),
                "FREQ=DAILY",
                List.of(),
                List.of(),
                daily.lasts(),
                false);
    }

    static LocalDateTime utc(Instant instant) {
        return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    }

    private static WindowDefinition window(int number, Kind kind, Recurrence recurrence, Zone zone, Target target) {
        return new WindowDefinition(
                new WindowId(new UUID(0x33L << 56 | 7L << 12, 0x8000000000000000L | number)),
                kind + " " + number,
                kind,
                recurrence,
                zone,
                target,
                true,
                null,
                null);
    }

    /** A node as windows see it. */
    private final class Seen implements Selectable {
        private final Store.Node node;
        private final String zone;

        Seen(Store.Node node, String zone) {
            this.node = node;
            this.zone = zone;
        }

        @Override
        public UUID nodeId() {
            return node.id;
        }

        @Override
        public String name() {
            return "node-" + node.number;
        }

        @Override
        public String sitePath() {
            return script.site(node.number).path();
        }

        @Override
        public String architecture() {
            return "x86_64";
        }

        @Override
        public String hardware() {
            return script.hardware(node.number);
        }

        @Override
        public String zone() {
            return zone;
        }

        @Override
        public NodeState state() {
            return node.state;
        }

        @Override
        public @Nullable String client() {
            return null;
        }

        @Override
        public @Nullable String imageVersion() {
            return null;
        }

        @Override
        public @Nullable String label(String key) {
            return key.equals("ring") ? String.valueOf(script.ring(node.number)) : null;
        }
    }

    protected List<Store.Budget> budgetsOf(Store.Node node) {
        String path = script.site(node.number).path();
        return store.budgets.stream()
                .filter(budget -> path.equals(budget.site) || path.startsWith(budget.site + "/"))
                .toList();
    }

    // Polls and permits.

    /** What a replica found in its memory: the answer, or that a permit has to be asked for. */
    record Asked(
            @Nullable Reply reply,
            @Nullable UpdateFacts update,
            @Nullable CampaignFacts campaign,
            int node,
            long known) {}

    @Override
    public Reply poll(int replica, int node, String boot, long lastSeq, long known) {
        return grant(replica, ask(replica, node, boot, known));
    }

    /** The part of a poll that memory answers. */
    Asked ask(int replica, int node, String boot, long known) {
        seen(node);
        Memory memory = Objects.requireNonNull(memories.get(replica));
        UpdateFacts update = memory.updates.get(node);
        long version = update == null ? 0 : update.assignmentVersion();
        if (update == null || update.state().isTerminal()) {
            boolean dropped = update != null
                    && (update.state() == UpdateState.CANCELED || update.state() == UpdateState.SUPERSEDED);
            return new Asked(
                    version <= known
                            ? unchanged(memory, node)
                            : reply(
                                    memory,
                                    node,
                                    dropped ? Directive.CANCEL : Directive.NONE,
                                    version,
                                    update == null ? null : update.id().value(),
                                    -1,
                                    0),
                    update,
                    null,
                    node,
                    known);
        }
        CampaignFacts campaign = memory.campaigns.values().stream()
                .filter(it -> it.id().equals(update.campaignId()))
                .findFirst()
                .orElse(null);
        org.maintenancemanager.core.decision.NodeFacts facts = Objects.requireNonNull(memory.nodes.get(node));
        Instant here = now.plus(skews.getOrDefault(replica, Duration.ZERO));
        Decision decision = decide(facts, update, campaign, here);
        boolean isKnown = known >= version;
        int image = campaign == null ? -1 : imageOf(campaign.image().sha256());
        UUID id = update.id().value();
        Reply reply = switch (decision.directive()) {
            case NONE, WAIT, CANCEL ->
                isKnown ? unchanged(memory, node) : reply(memory, node, Directive.WAIT, version, id, image, 0);
            case DOWNLOAD ->
                isKnown && update.state() != UpdateState.OFFERED
                        ? unchanged(memory, node)
                        : reply(memory, node, Directive.DOWNLOAD, version, id, image, 0);
            case INSTALL_ALLOWED -> {
                UpdateFacts.PermitFacts held = update.permit();
                yield held != null && held.validUntil().isAfter(here)
                        ? reply(
                                memory,
                                node,
                                Directive.INSTALL,
                                version,
                                id,
                                image,
                                Duration.between(here, held.validUntil()).toSeconds())
                        : campaign == null ? unchanged(memory, node) : null;
            }
            case ROLL_BACK -> reply(memory, node, Directive.ROLL_BACK, version, id, image, 0);
        };
        return new Asked(reply, update, campaign, node, known);
    }

    protected Decision decide(
            org.maintenancemanager.core.decision.NodeFacts facts,
            UpdateFacts update,
            @Nullable CampaignFacts campaign,
            Instant here) {
        return Decisions.decide(facts, update, campaign, here);
    }

    private Reply unchanged(Memory memory, int node) {
        return reply(memory, node, null, 0, null, -1, 0);
    }

    private Reply reply(
            Memory memory,
            int node,
            @Nullable Directive directive,
            long version,
            @Nullable UUID update,
            int image,
            long permitSeconds) {
        return new Reply(
                directive, version, update, image, permitSeconds, memory.acked.getOrDefault(node, 0L), store.epoch);
    }

    /** The part of a poll that is a transaction, where there is one. */
    Reply grant(int replica, Asked asked) {
        if (asked.reply != null) {
            return asked.reply;
        }
        Memory memory = Objects.requireNonNull(memories.get(replica));
        UpdateFacts update = Objects.requireNonNull(asked.update);
        CampaignFacts campaign = Objects.requireNonNull(asked.campaign);
        int image = imageOf(campaign.image().sha256());
        Store.Permit permit = permit(replica, asked.node, update, campaign, memory);
        if (permit != null) {
            refresh(replica);
            return new Reply(
                    Directive.INSTALL,
                    permit.update.version,
                    update.id().value(),
                    image,
                    Math.max(
                            1,
                            Duration.between(clock(replica), permit.validUntil).toSeconds()),
                    memory.acked.getOrDefault(asked.node, 0L),
                    store.epoch);
        }
        return asked.known >= update.assignmentVersion()
                ? unchanged(memory, asked.node)
                : reply(
                        memory,
                        asked.node,
                        Directive.WAIT,
                        update.assignmentVersion(),
                        update.id().value(),
                        image,
                        0);
    }

    /** The time that a grant is made by: the database's, whatever the replica's clock says. */
    protected Instant clock(int replica) {
        return now;
    }

    private Store.@Nullable Permit permit(
            int replica, int number, UpdateFacts wanted, CampaignFacts remembered, Memory memory) {
        Store.Update update = store.updates.get(wanted.id().value());
        Store.Node node = store.nodes.get(number);
        if (update == null || !isEligible(update, remembered, memory)) {
            return null;
        }
        Store.Campaign campaign = update.campaign;
        if (memory.windowVersion != store.windowVersion) {
            refresh(replica);
            return null;
        }
        UUID override =
                remembered.override() == null ? null : remembered.override().id();
        UUID present = campaign.override == null ? null : campaign.override.id();
        if (!Objects.equals(override, present) || !Objects.equals(memory.nodeVersions.get(number), node.version)) {
            return null;
        }
        Instant at = clock(replica);
        org.maintenancemanager.core.decision.NodeFacts facts = Objects.requireNonNull(memory.nodes.get(number));
        Optional<Schedule.Opening> opening =
                PermitTerms.schedule(facts, remembered, at).openAt(at);
        PermitTerms terms =
                opening.flatMap(open -> terms(facts, remembered, open, at)).orElse(null);
        if (terms == null || !hasRoom(update, memory)) {
            return null;
        }
        var permit = new Store.Permit(
                store.id(), update, at, terms.validUntil(), terms.lostAt(), terms.windowEnd(), budgetsOf(node));
        changes++;
        store.permits.put(permit.id, permit);
        update.permit = permit;
        update.version = ++store.versions;
        campaign.inFlight++;
        store.inFlight++;
        permit.budgets.forEach(budget -> budget.inFlight++);
        audit("permit.granted", String.valueOf(number), permit.id.toString());
        return permit;
    }

    protected Optional<PermitTerms> terms(
            org.maintenancemanager.core.decision.NodeFacts facts,
            CampaignFacts campaign,
            Schedule.Opening opening,
            Instant at) {
        return PermitTerms.of(facts, campaign, opening, at);
    }

    /** Read again in the transaction, whatever memory said. */
    protected boolean isEligible(Store.Update update, CampaignFacts remembered, Memory memory) {
        Store.Campaign campaign = update.campaign;
        Store.Wave wave = campaign.waves.get(update.wave);
        return update.state == UpdateState.DOWNLOADED
                && update.permit == null
                && !update.queued
                && update.node.state == NodeState.ACTIVE
                && campaign.state == CampaignState.RUNNING
                && store.images.get(campaign.image) == ImageState.PUBLISHED
                && wave.openedAt != null
                && wave.skippedAt == null
                && !update.node.blocked.contains(campaign.image);
    }

    protected boolean hasRoom(Store.Update update, Memory memory) {
        Store.Campaign campaign = update.campaign;
        return campaign.granting
                && campaign.inFlight < cautious(campaign)
                && !isHeld(update)
                && (store.cap == 0 || store.inFlight < store.cap)
                && budgetsOf(update.node).stream().allMatch(budget -> budget.inFlight < budget.most);
    }

    protected boolean isHeld(Store.Update update) {
        return guard(update.campaign)
                        .holding(
                                script.hardware(update.node.number),
                                script.site(update.node.number).path(),
                                update.from < 0 ? null : sha256(update.from))
                != null;
    }

    // Reports.

    @Override
    public Receipt report(int replica, int number, List<Report> reports, @Nullable NodeFacts facts) {
        seen(number);
        Store.Node node = store.nodes.get(number);
        for (Report report : reports) {
            Store.Update named =
                    report.updateId() == null ? null : store.updates.get(UUID.fromString(report.updateId()));
            if (report.updateId() != null && (named == null || named.node != node)) {
                return new Receipt(node.acked, store.epoch, true);
            }
        }
        changes++;
        reports.forEach(report -> node.reports.putIfAbsent(report.seq(), report));
        PureReports.Applied applied = sequence(node, reports, facts);
        node.acked = applied.acked();
        node.waiting = new TreeMap<>(applied.waiting());
        if (facts != null) {
            hear(node, facts);
        }
        write(applied.steps().stream()
                .map(step -> new Move(
                        Objects.requireNonNull(store.updates.get(step.update())),
                        step.to(),
                        step.phase(),
                        step.code(),
                        step.rebootBootId(),
                        step.seq()))
                .toList());
        refresh(replica);
        return new Receipt(node.acked, store.epoch, false);
    }

    protected PureReports.Applied sequence(Store.Node node, List<Report> reports, @Nullable NodeFacts facts) {
        return PureReports.apply(node.id, node.acked, node.waiting, reports, facts, standings(node));
    }

    protected List<PureReports.Update> standings(Store.Node node) {
        return store.of(node).stream()
                .map(update -> new PureReports.Update(
                        update.id,
                        node.id,
                        update.campaign.id,
                        update.wave,
                        imageId(update.campaign.image).value(),
                        update.from < 0 ? null : sha256(update.from),
                        sha256(update.campaign.image),
                        update.campaign.spec.prestage(),
                        update.permit == null ? null : update.permit.id,
                        update.rebootBoot,
                        update.state))
                .toList();
    }

    private void hear(Store.Node node, NodeFacts facts) {
        if (facts.slots() != null) {
            facts.slots().stream()
                    .filter(slot -> slot.name() == facts.activeSlot())
                    .map(Slot::imageSha256)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .ifPresent(digest -> node.running = imageOf(digest));
        }
    }

    private void seen(int node) {
        store.nodes.get(node).seenAt = now;
    }

    // Changes of updates, with all that must be true together with them.

    /** @param seq of the report that says so; 0: none does */
    protected record Move(
            Store.Update update,
            UpdateState to,
            @Nullable FailurePhase phase,
            @Nullable String code,
            @Nullable String rebootBoot,
            long seq) {
        static Move by(Store.Update update, UpdateState to, String code) {
            return new Move(update, to, null, code, null, 0);
        }
    }

    protected void write(List<Move> moves) {
        if (moves.isEmpty()) {
            return;
        }
        List<Move> ended = new ArrayList<>();
        List<Store.Permit> permits = new ArrayList<>();
        moves.forEach(move -> change(move, ended, permits));
        ended.stream().filter(move -> move.to == UpdateState.ROLLED_BACK).forEach(this::block);
        Set<Store.Update> followed = retry(ended);
        Set<Store.Node> freed = new LinkedHashSet<>();
        ended.stream().filter(move -> !followed.contains(move.update)).forEach(move -> freed.add(move.update.node));
        for (List<Move> pointless = letNext(freed); !pointless.isEmpty(); pointless = letNext(freed)) {
            freed.clear();
            for (Move move : pointless) {
                change(move, ended, permits);
                freed.add(move.update.node);
            }
        }
        permits.forEach(permit -> end(permit, outcome(permit.update.state)));
        Map<Store.Campaign, Integer> failures = new LinkedHashMap<>();
        ended.stream().filter(this::condemns).forEach(move -> failures.merge(move.update.campaign, 1, Integer::sum));
        weigh(ended);
        failures.forEach((campaign, more) -> campaign.failures += more);
        store.campaigns.values().forEach(this::recount);
    }

    protected void block(Move rolledBack) {
        rolledBack.update.node.blocked.add(rolledBack.update.campaign.image);
    }

    /** The counters of waves: a member counts with its latest attempt. */
    private void recount(Store.Campaign campaign) {
        if (campaign.startedAt == null) {
            return;
        }
        Map<Integer, Store.Update> latest = new HashMap<>();
        store.of(campaign)
                .forEach(update -> latest.merge(
                        update.node.number, update, (one, other) -> other.attempt > one.attempt ? other : one));
        campaign.waves.forEach(wave -> wave.counts.clear());
        latest.values().forEach(update -> campaign.waves.get(update.wave).counts.merge(update.state, 1, Integer::sum));
    }

    private void change(Move move, List<Move> ended, List<Store.Permit> permits) {
        changes++;
        Store.Update update = move.update;
        if (move.rebootBoot != null) {
            update.rebootBoot = move.rebootBoot;
        }
        if (update.state == move.to) {
            return;
        }
        store.history.add(new Store.Transition(update.id, update.state, move.to, move.seq, now));
        update.state = move.to;
        update.since = now;
        update.phase = move.phase;
        update.code = move.code;
        if (move.to.isTerminal()) {
            ended.add(move);
            if (move.seq == 0 && isToBeTold(update)) {
                update.version = ++store.versions;
            }
            update.queued = false;
            if (update.permit != null) {
                permits.add(update.permit);
                update.permit = null;
            }
        }
    }

    /** Of the end of what waits behind another, its node has nothing to hear: it would take it for its assignment. */
    protected boolean isToBeTold(Store.Update ended) {
        return !ended.queued;
    }

    private static String outcome(UpdateState end) {
        return switch (end) {
            case LOST -> "LOST";
            case CANCELED, SUPERSEDED, SKIPPED -> "CANCELED";
            default -> "FINISHED";
        };
    }

    protected void end(Store.Permit permit, String outcome) {
        changes++;
        if (permit.endedAt == null) {
            permit.endedAt = now;
            permit.outcome = outcome;
            permit.update.campaign.inFlight--;
            store.inFlight--;
            permit.budgets.forEach(budget -> budget.inFlight--);
        }
    }

    protected boolean condemns(Move move) {
        return move.to.isFailure() && move.phase != FailurePhase.DOWNLOAD;
    }

    protected Set<Store.Update> retry(List<Move> ended) {
        Set<Store.Update> followed = new LinkedHashSet<>();
        for (Move move : ended) {
            Store.Update update = move.update;
            CampaignRules.Phase phase = move.to == UpdateState.LOST
                    ? CampaignRules.Phase.LOST
                    : move.to == UpdateState.FAILED && move.phase != null
                            ? CampaignRules.Phase.valueOf(move.phase.name())
                            : null;
            CampaignRules.Retry rule = phase == null
                    ? null
                    : update.campaign.spec.rules().retries().get(phase);
            if (rule == null
                    || update.campaign.state != CampaignState.RUNNING && update.campaign.state != CampaignState.PAUSED
                    || update.node.state == NodeState.DECOMMISSIONED
                    || store.images.get(update.campaign.image) != ImageState.PUBLISHED
                    || update.node.blocked.contains(update.campaign.image)) {
                continue;
            }
            long times = store.of(update.campaign).stream()
                    .filter(it -> it.node == update.node && it.state == move.to && it.phase == move.phase)
                    .count();
            if (times <= limit(rule)) {
                Store.Update next = add(
                        update.campaign,
                        update.node,
                        update.wave,
                        update.attempt + 1,
                        update.from,
                        UpdateState.OFFERED);
                next.notBefore = now.plus(backoff(rule, times));
                followed.add(update);
            }
        }
        return followed;
    }

    protected Duration backoff(CampaignRules.Retry rule, long times) {
        return Duration.ofSeconds(Math.min(604_800, rule.backoff().toSeconds() * (1L << Math.min(20, times - 1))));
    }

    protected int limit(CampaignRules.Retry rule) {
        return rule.limit();
    }

    protected Store.Update add(
            Store.Campaign campaign, Store.Node node, int wave, int attempt, int from, UpdateState state) {
        var update = new Store.Update(store.id(), node, campaign, wave, attempt, from, state, now);
        update.version = state == UpdateState.OFFERED ? ++store.versions : 0;
        store.updates.put(update.id, update);
        changes++;
        return update;
    }

    /** Lets what waits for nodes that are free begin; returns what has become pointless meanwhile. */
    protected List<Move> letNext(Collection<Store.Node> freed) {
        List<Move> pointless = new ArrayList<>();
        for (Store.Node node : freed) {
            List<Store.Update> own = node.updates;
            if (isBusy(own)) {
                continue;
            }
            own.stream()
                    .filter(update -> update.queued && isLive(update.campaign))
                    .min(turn())
                    .ifPresent(next -> {
                        changes++;
                        next.queued = false;
                        next.version = ++store.versions;
                        int running = own.stream()
                                .filter(update -> update.state == UpdateState.CONFIRMED && update.since.equals(now))
                                .map(update -> update.campaign.image)
                                .findFirst()
                                .orElse(node.running);
                        String skip = skip(node, running, next.campaign);
                        if (skip != null) {
                            pointless.add(Move.by(next, UpdateState.SKIPPED, skip));
                        }
                    });
        }
        return pointless;
    }

    protected boolean isBusy(List<Store.Update> own) {
        return own.stream().anyMatch(Store.Update::active);
    }

    /** Of two that want a node: priority, then age. */
    protected Comparator<Store.Update> turn() {
        return Comparator.<Store.Update>comparingInt(
                        update -> -update.campaign.spec.rules().priority())
                .thenComparing(update -> Objects.requireNonNull(update.campaign.startedAt));
    }

    private static boolean isLive(Store.Campaign campaign) {
        return campaign.state == CampaignState.RUNNING || campaign.state == CampaignState.PAUSED;
    }

    protected @Nullable String skip(Store.Node node, int running, Store.Campaign campaign) {
        if (running == campaign.image) {
            return "ALREADY_RUNNING";
        }
        if (isForbiddenDowngrade(running, campaign)) {
            return "DOWNGRADE";
        }
        return node.blocked.contains(campaign.image) ? "ROLLED_BACK_BEFORE" : null;
    }

    protected boolean isForbiddenDowngrade(int running, Store.Campaign campaign) {
        return !campaign.spec.allowDowngrade()
                && running >= 0
                && Script.RELEASES[running] > Script.RELEASES[campaign.image];
    }

    // The guard.

    private void weigh(List<Move> ended) {
        Map<Store.Campaign, Integer> failed = new TreeMap<>(Comparator.comparing(campaign -> campaign.id));
        for (Move move : ended) {
            if (move.to == UpdateState.CONFIRMED || move.to.isFailure()) {
                failed.merge(move.update.campaign, condemns(move) ? 1 : 0, Integer::sum);
                if (!(move.to.isFailure() && move.phase == FailurePhase.DOWNLOAD) && isFirstWord(move.update)) {
                    count(move.update, move.to.isFailure());
                }
            }
        }
        failed.forEach(this::judge);
    }

    /** A node counts with its first attempt that says something about the image. */
    protected boolean isFirstWord(Store.Update update) {
        return store.of(update.campaign).stream()
                .noneMatch(before -> before.node == update.node
                        && before.attempt < update.attempt
                        && before.state.isFailure()
                        && before.phase != FailurePhase.DOWNLOAD);
    }

    private void count(Store.Update update, boolean failed) {
        Store.Campaign campaign = update.campaign;
        List<String> cell = List.of(
                script.hardware(update.node.number),
                script.site(update.node.number).path(),
                update.from < 0 ? "" : sha256(update.from));
        add(campaign.cells.computeIfAbsent(cell, it -> new Store.Tallied()), failed);
        add(campaign.total, failed);
        boolean isHeld = isHeld(update);
        if (!isHeld) {
            add(campaign.counted, failed);
        }
        for (Cohort.Kind kind : Cohort.Kind.values()) {
            String name = cell.get(kind.ordinal());
            if (!isHeld || isHeld(campaign, kind, name)) {
                add(
                        campaign.cohorts
                                .computeIfAbsent(kind, it -> new TreeMap<>())
                                .computeIfAbsent(name, it -> new Store.Tallied()),
                        failed);
            }
        }
    }

    private static boolean isHeld(Store.Campaign campaign, Cohort.Kind kind, String name) {
        return campaign.held.stream()
                .anyMatch(held -> held.kind() == kind && held.name().equals(name));
    }

    private static void add(Store.Tallied tallied, boolean failed) {
        tallied.finished++;
        tallied.failures += failed ? 1 : 0;
    }

    private void judge(Store.Campaign campaign, int failedNow) {
        CampaignRules.Guarding guarding = campaign.spec.rules().guard();
        SequentialTest test = guarding.enabled()
                ? new SequentialTest(
                        guarding.baseline() == null
                                ? campaign.baseline
                                : guarding.baseline().doubleValue(),
                        guarding.alpha().doubleValue())
                : null;
        Verdict.Stop stop = null;
        while (failedNow > 0 && campaign.state == CampaignState.RUNNING) {
            Verdict verdict = Judge.judge(
                    new GuardRules(test, guarding.cohorts(), campaign.spec.maxFailures(), null, guarding.percentFrom()),
                    tally(campaign.counted),
                    campaign.failures + failedNow,
                    tally(campaign.total),
                    suspects(campaign));
            if (!(verdict instanceof Verdict.Hold hold)) {
                stop = verdict instanceof Verdict.Stop it ? it : null;
                break;
            }
            hold(campaign, hold.cohort().kind(), hold.cohort().name(), "guard");
        }
        weigh(campaign, test);
        if (stop != null && isStoppedBy(stop)) {
            move(campaign, CampaignMove.PAUSE, stop.cause().name());
        }
    }

    protected boolean isStoppedBy(Verdict.Stop stop) {
        return true;
    }

    private static void weigh(Store.Campaign campaign, @Nullable SequentialTest test) {
        campaign.evidence = test == null ? 1 : test.evidence(campaign.counted.finished, campaign.counted.failures);
        campaign.suspicion = test == null ? 0 : test.suspicion(campaign.counted.finished, campaign.counted.failures);
    }

    private static Tally tally(Store.Tallied tallied) {
        return new Tally(tallied.finished, tallied.failures);
    }

    private static List<Cohort> suspects(Store.Campaign campaign) {
        List<Cohort> suspects = new ArrayList<>();
        campaign.cohorts.forEach((kind, names) -> names.forEach((name, tallied) -> {
            if (tallied.failures > 0 && !isHeld(campaign, kind, name)) {
                suspects.add(new Cohort(kind, name, tally(tallied)));
            }
        }));
        return suspects;
    }

    private void hold(Store.Campaign campaign, Cohort.Kind kind, String name, String by) {
        campaign.held.removeIf(held -> held.kind() == kind && held.name().equals(name));
        campaign.held.add(new HeldCohort(kind, name, now, by, "held"));
        campaign.cohorts.computeIfAbsent(kind, it -> new TreeMap<>()).computeIfAbsent(name, it -> new Store.Tallied());
        recountGuard(campaign);
    }

    /** What the cells say of what is not held. */
    private void recountGuard(Store.Campaign campaign) {
        campaign.counted.finished = 0;
        campaign.counted.failures = 0;
        campaign.cohorts.forEach((kind, names) -> names.forEach((name, tallied) -> {
            if (!isHeld(campaign, kind, name)) {
                tallied.finished = 0;
                tallied.failures = 0;
            }
        }));
        campaign.cells.forEach((cell, tallied) -> {
            boolean isHeld = false;
            for (Cohort.Kind kind : Cohort.Kind.values()) {
                isHeld |= isHeld(campaign, kind, cell.get(kind.ordinal()));
            }
            if (!isHeld) {
                campaign.counted.finished += tallied.finished;
                campaign.counted.failures += tallied.failures;
                for (Cohort.Kind kind : Cohort.Kind.values()) {
                    Store.Tallied cohort = campaign.cohorts
                            .computeIfAbsent(kind, it -> new TreeMap<>())
                            .computeIfAbsent(cell.get(kind.ordinal()), it -> new Store.Tallied());
                    cohort.finished += tallied.finished;
                    cohort.failures += tallied.failures;
                }
            }
        });
    }

    private void reweigh(Store.Campaign campaign) {
        CampaignRules.Guarding guarding = campaign.spec.rules().guard();
        if (guarding.enabled()) {
            weigh(
                    campaign,
                    new SequentialTest(
                            guarding.baseline() == null
                                    ? campaign.baseline
                                    : guarding.baseline().doubleValue(),
                            guarding.alpha().doubleValue()));
        }
    }

    // Campaigns.

    private Store.Campaign create(CampaignSpec spec, int image, String author, @Nullable String rollbackOf) {
        var campaign = new Store.Campaign(spec.name(), store.id(), image, spec, rollbackOf);
        campaign.authors.add(author);
        store.campaigns.put(campaign.name, campaign);
        return campaign;
    }

    protected void audit(String action, String object, @Nullable String detail) {
        store.audit.add(new Store.Event(now, action, object, detail));
    }

    /** @return false where the state does not allow it */
    protected boolean move(Store.Campaign campaign, CampaignMove move, @Nullable String reason) {
        if (!move.from().contains(campaign.state)) {
            return false;
        }
        changes++;
        campaign.state = move.to();
        campaign.reason = reason;
        if (move.to() == CampaignState.RUNNING && campaign.startedAt == null) {
            campaign.startedAt = now;
        }
        if (move.to().isEnded()) {
            campaign.endedAt = now;
            campaign.questions.stream()
                    .filter(asked -> asked.answer == null)
                    .forEach(asked -> asked.answer = "WITHDRAWN");
        }
        campaign.granting = move.to() == CampaignState.RUNNING;
        audit(move.event(), campaign.name, move.to().name());
        return true;
    }

    private void begin(Store.Campaign campaign) {
        learn(campaign);
        move(campaign, CampaignMove.START, null);
        fill(campaign, store.nodes);
        campaign.joinedUpto = now;
        campaign.joinedFullyAt = now;
        campaign.waves.getFirst().openedAt = now;
    }

    private void learn(Store.Campaign campaign) {
        List<Store.Campaign> past = store.campaigns.values().stream()
                .filter(it -> it.state == CampaignState.COMPLETED)
                .sorted(Comparator.comparing((Store.Campaign it) -> Objects.requireNonNull(it.endedAt))
                        .reversed())
                .limit(20)
                .toList();
        int finished = past.stream().mapToInt(it -> it.total.finished).sum();
        int failures = past.stream().mapToInt(it -> it.total.failures).sum();
        campaign.baseline = Math.clamp((4.0 + failures) / (200.0 + finished), 0.005, 0.05);
    }

    private void fill(Store.Campaign campaign, Collection<Store.Node> nodes) {
        List<Store.Node> matching =
                nodes.stream().filter(node -> matches(campaign, node)).toList();
        if (matching.isEmpty() && campaign.joinedUpto != null) {
            return;
        }
        matching.forEach(node -> settle(campaign, node));
        for (Store.Node node : matching) {
            String skip = skip(node, node.running, campaign);
            boolean busy = store.of(node).stream().anyMatch(Store.Update::active);
            int last = campaign.waves.size() - 1;
            int ring = script.ring(node.number);
            boolean chosen = ring < last && campaign.rollbackOf == null;
            Store.Update update = add(
                    campaign,
                    node,
                    skip == null && chosen ? ring : last,
                    1,
                    node.running,
                    skip == null ? UpdateState.OFFERED : UpdateState.SKIPPED);
            update.code = skip;
            update.queued = skip == null && busy;
            if (update.queued) {
                update.version = 0;
            }
        }
        recount(campaign);
    }

    private boolean matches(Store.Campaign campaign, Store.Node node) {
        return node.state == NodeState.ACTIVE
                && node.updates.stream().noneMatch(update -> update.campaign == campaign)
                && (campaign.rollbackOf == null
                        || store.of(node).stream()
                                .anyMatch(forth -> forth.campaign.name.equals(campaign.rollbackOf)
                                        && forth.state == UpdateState.CONFIRMED
                                        && forth.from == campaign.image
                                        && node.running == forth.campaign.image));
    }

    /** What becomes of the updates that others have planned for a node that a campaign wants too. */
    private void settle(Store.Campaign mine, Store.Node node) {
        if (skip(node, node.running, mine) != null) {
            return;
        }
        int priority = mine.spec.rules().priority();
        for (Store.Update other : store.of(node)) {
            boolean waits = other.permit == null
                    && (other.state == UpdateState.OFFERED
                            || other.state == UpdateState.DOWNLOADING
                            || other.state == UpdateState.DOWNLOADED);
            int theirs = other.campaign.spec.rules().priority();
            if (other.campaign == mine || !waits) {
                continue;
            }
            if (Script.RELEASES[other.campaign.image] < Script.RELEASES[mine.image] && theirs <= priority) {
                store.history.add(new Store.Transition(other.id, other.state, UpdateState.SUPERSEDED, 0, now));
                other.state = UpdateState.SUPERSEDED;
                other.since = now;
                other.queued = false;
                other.code = "SUPERSEDED";
                recount(other.campaign);
            } else if (other.active() && theirs < priority) {
                other.queued = true;
            }
        }
    }

    // The clockwork.

    @Override
    public void tick(int replica) {
        work(replica, due());
    }

    /** What a replica finds to be done. */
    List<String> due() {
        return store.campaigns.values().stream()
                .filter(Model::isLive)
                .map(campaign -> campaign.name)
                .toList();
    }

    /** Does it, having looked again: it may be done, or no longer due, since somebody found it. */
    void work(int replica, List<String> due) {
        due.forEach(name -> judge(store.campaigns.get(name)));
        due.forEach(name -> join(store.campaigns.get(name)));
        expireUnused();
        declareLost();
        cancel();
        letForgottenBegin();
        refresh(replica);
    }

    protected void judge(Store.Campaign campaign) {
        if (!isLive(campaign)) {
            return;
        }
        if (isDone(campaign)) {
            move(campaign, CampaignMove.COMPLETE, null);
            return;
        }
        if (campaign.state != CampaignState.RUNNING) {
            return;
        }
        if (store.images.get(campaign.image) == ImageState.WITHDRAWN) {
            move(campaign, CampaignMove.PAUSE, "IMAGE_WITHDRAWN");
            return;
        }
        Integer most = campaign.spec.maxFailures();
        if (most != null && campaign.failures >= most) {
            move(campaign, CampaignMove.PAUSE, "MAX_FAILURES");
            return;
        }
        int open = open(campaign);
        if (open < 0 || open == campaign.waves.size() - 1) {
            return;
        }
        Store.Wave wave = campaign.waves.get(open);
        if (wave.skippedAt != null) {
            pass(campaign, open);
            return;
        }
        int unreachable = unreachable(campaign, open);
        changes += wave.unreachable == unreachable ? 0 : 1;
        wave.unreachable = unreachable;
        boolean reached = WaveGates.isReached(campaign.share(open), progress(campaign, open));
        WaveGates.Verdict verdict = verdict(campaign, open);
        changes += reached == (wave.reachedAt != null) ? 0 : 1;
        wave.reachedAt = !reached ? null : wave.reachedAt == null ? now : wave.reachedAt;
        switch (verdict) {
            case WaveGates.Passes passes -> pass(campaign, open);
            case WaveGates.CannotPass cannot -> move(campaign, CampaignMove.PAUSE, "WAVE_GATE");
            case WaveGates.AwaitsApproval awaits -> {
                if (!isAsked(campaign, open)) {
                    campaign.questions.add(new Store.Question("WAVE", open, "clockwork", 0));
                }
            }
            case WaveGates.Waits waits -> {}
            case WaveGates.Unheard unheard -> {}
            case WaveGates.Soaks soaks -> {}
            case WaveGates.NotBefore later -> {}
        }
    }

    protected boolean isAsked(Store.Campaign campaign, int wave) {
        return campaign.questions.stream()
                .anyMatch(it -> it.kind.equals("WAVE") && it.wave == wave && it.answer == null);
    }

    protected boolean isDone(Store.Campaign campaign) {
        return campaign.waves.stream()
                .allMatch(wave -> wave.counts.keySet().stream().allMatch(UpdateState::isTerminal));
    }

    protected WaveGates.Verdict verdict(Store.Campaign campaign, int open) {
        return WaveGates.judge(
                campaign.share(open), campaign.spec.waves().get(open).gate(), progress(campaign, open), now);
    }

    /** The wave that is open; -1: none. */
    private static int open(Store.Campaign campaign) {
        for (int wave = 0; wave < campaign.waves.size(); wave++) {
            if (campaign.waves.get(wave).openedAt != null && campaign.waves.get(wave).passedAt == null) {
                return wave;
            }
        }
        return -1;
    }

    private void pass(Store.Campaign campaign, int ordinal) {
        changes++;
        campaign.waves.get(ordinal).passedAt = now;
        Store.Wave next = campaign.waves.get(ordinal + 1);
        next.openedAt = next.openedAt == null ? now : next.openedAt;
    }

    private int unreachable(Store.Campaign campaign, int ordinal) {
        Store.Wave wave = campaign.waves.get(ordinal);
        Instant silentSince = now.minus(Script.UNREACHABLE_AFTER);
        if (wave.openedAt == null || !wave.openedAt.isBefore(silentSince)) {
            return wave.unreachable;
        }
        return (int) store.of(campaign).stream()
                .filter(update -> update.wave == ordinal
                        && update.active()
                        && update.permit == null
                        && (update.node.seenAt == null || update.node.seenAt.isBefore(silentSince)))
                .count();
    }

    private void join(Store.Campaign campaign) {
        if (!isLive(campaign) || campaign.joinedUpto == null || campaign.joinedFullyAt == null) {
            return;
        }
        Duration often = campaign.rollbackOf == null ? Duration.ofHours(1) : Duration.ofMinutes(5);
        if (!campaign.joinedFullyAt.isAfter(now.minus(often))) {
            fill(campaign, store.nodes);
            campaign.joinedFullyAt = now;
            campaign.joinedUpto = now;
        } else if (!campaign.joinedUpto.isAfter(now.minusSeconds(10))) {
            Instant since = campaign.joinedUpto.minus(Duration.ofMinutes(1));
            fill(
                    campaign,
                    store.nodes.stream()
                            .filter(node -> node.changedAt.isAfter(since))
                            .toList());
            campaign.joinedUpto = now;
        }
    }

    private void expireUnused() {
        for (Store.Permit permit : List.copyOf(store.permits.values())) {
            Store.Update update = permit.update;
            if (permit.endedAt == null
                    && permit.validUntil.isBefore(now)
                    && !update.state.needsPermit()
                    && !update.state.isTerminal()
                    && update.node.seenAt != null
                    && update.node.seenAt.isAfter(permit.validUntil)) {
                changes++;
                update.permit = null;
                update.version = ++store.versions;
                end(permit, "EXPIRED");
            }
        }
    }

    private void declareLost() {
        List<Move> lost = new ArrayList<>();
        for (Store.Permit permit : store.permits.values()) {
            if (permit.endedAt == null && lostAt(permit).isBefore(now)) {
                boolean heard =
                        permit.update.node.seenAt != null && permit.update.node.seenAt.isAfter(permit.validUntil);
                lost.add(Move.by(permit.update, UpdateState.LOST, heard ? "TIMEOUT" : "SILENT"));
            }
        }
        write(lost);
    }

    protected Instant lostAt(Store.Permit permit) {
        return permit.lostAt;
    }

    protected void cancel() {
        List<Move> canceled = new ArrayList<>();
        for (Store.Update update : store.updates.values()) {
            if (update.state.isTerminal() || update.permit != null) {
                continue;
            }
            if (update.node.state == NodeState.DECOMMISSIONED) {
                canceled.add(Move.by(update, UpdateState.CANCELED, "CANCELED"));
            } else if (isAborted(update.campaign)) {
                canceled.add(Move.by(update, UpdateState.CANCELED, "CANCELED"));
            } else if (isLive(update.campaign) && update.campaign.waves.get(update.wave).skippedAt != null) {
                canceled.add(Move.by(update, UpdateState.CANCELED, "WAVE_SKIPPED"));
            }
        }
        write(canceled);
    }

    protected boolean isAborted(Store.Campaign campaign) {
        return campaign.state == CampaignState.ABORTED;
    }

    private void letForgottenBegin() {
        Set<Store.Node> waiting = new LinkedHashSet<>();
        store.updates.values().stream().filter(update -> update.queued).forEach(update -> waiting.add(update.node));
        write(letNext(waiting));
    }

    // Operators.

    @Override
    public boolean act(Script.Act act) {
        changes++;
        boolean done = perform(act);
        changes++;
        refresh(act.by().equals("ann") ? 0 : 1);
        return done;
    }

    private boolean perform(Script.Act act) {
        Store.Campaign campaign = store.campaigns.get("campaign-" + act.first());
        Store.Node node = store.nodes.get(Math.floorMod(act.first(), store.nodes.size()));
        String by = act.by();
        return switch (act.verb()) {
            case START -> start(campaign, by);
            case PAUSE -> campaign.state == CampaignState.PAUSED || move(campaign, CampaignMove.PAUSE, "OPERATOR");
            case RESUME -> resume(campaign);
            case ABORT -> move(campaign, CampaignMove.ABORT, "OPERATOR");
            case APPROVE -> answer(campaign, by, true);
            case DENY -> answer(campaign, by, false);
            case PROMOTE -> promote(campaign, by);
            case SKIP -> skipWave(campaign, act.second(), by);
            case LIMIT -> limit(campaign, act.second(), by);
            case RETRY -> retryFailed(campaign);
            case EXCLUDE -> exclude(campaign, store.nodes.get(Math.floorMod(act.second(), store.nodes.size())));
            case HOLD -> {
                if (campaign.state.isEnded()) {
                    yield false;
                }
                hold(campaign, Cohort.Kind.HARDWARE, "hw-" + act.second(), by);
                reweigh(campaign);
                yield true;
            }
            case LET_GO -> letGo(campaign, "hw-" + act.second());
            case OVERRIDE -> {
                if (!isLive(campaign)) {
                    yield false;
                }
                campaign.override = new WindowOverride(
                        store.id(), "override", "urgent", by, now, now.plus(Duration.ofHours(act.second())), Set.of());
                yield true;
            }
            case CLEAR_OVERRIDE -> {
                campaign.override = null;
                yield true;
            }
            case ROLL_BACK -> rollBack(campaign, by);
            case QUARANTINE ->
                decide(node, NodeState.QUARANTINED, "node.quarantined", NodeState.ACTIVE, NodeState.PENDING);
            case RELEASE -> decide(node, NodeState.ACTIVE, "node.released", NodeState.QUARANTINED);
            case DECOMMISSION ->
                decide(
                        node,
                        NodeState.DECOMMISSIONED,
                        "node.decommissioned",
                        NodeState.ACTIVE,
                        NodeState.PENDING,
                        NodeState.QUARANTINED);
            case CLEAR_BLOCKS -> {
                node.blocked.clear();
                yield true;
            }
            case WITHDRAW -> {
                boolean published = store.images.get(act.first()) == ImageState.PUBLISHED;
                store.images.set(act.first(), ImageState.WITHDRAWN);
                yield published;
            }
            case FREEZE -> {
                Instant from =
                        now.plus(Duration.ofHours(act.first())).truncatedTo(java.time.temporal.ChronoUnit.MINUTES);
                store.freezes.add(new Store.Freeze(store.id(), from, from.plus(Duration.ofHours(act.second()))));
                store.windowVersion++;
                yield true;
            }
            case THAW -> {
                store.freezes.clear();
                store.windowVersion++;
                yield true;
            }
            case SKEW -> {
                skews.put(act.first(), Duration.ofSeconds(act.second()));
                yield true;
            }
            case BACK_UP -> {
                backup = Copies.of(store);
                yield true;
            }
            case RESTORE -> {
                if (backup != null) {
                    store = Copies.of(backup);
                    restored();
                    refresh(0);
                    refresh(1);
                }
                yield backup != null;
            }
            case CUT, AWAY, LOSE_REQUEST, LOSE_ANSWER, REPEAT, DELAY, CROWD, CRASH, STALL ->
                throw new IllegalArgumentException(act + " is nothing that a manager does");
        };
    }

    /** What an operator does after putting back a backup. */
    protected void restored() {
        store.epoch = "epoch-" + now;
        store.campaigns.values().stream()
                .filter(campaign -> campaign.state == CampaignState.RUNNING)
                .forEach(campaign -> move(campaign, CampaignMove.PAUSE, "RESTORED"));
    }

    private boolean decide(Store.Node node, NodeState to, String action, NodeState... from) {
        if (!List.of(from).contains(node.state)) {
            return false;
        }
        node.state = to;
        node.version++;
        node.changedAt = now;
        audit(action, String.valueOf(node.number), null);
        return true;
    }

    private boolean start(Store.Campaign campaign, String by) {
        if (campaign.state != CampaignState.DRAFT || store.images.get(campaign.image) != ImageState.PUBLISHED) {
            return false;
        }
        if (script.approvesDowngrades() && campaign.spec.allowDowngrade()) {
            campaign.authors.add(by);
            campaign.questions.add(new Store.Question("START", -1, by, 0));
            return move(campaign, CampaignMove.ASK_APPROVAL, "APPROVAL");
        }
        begin(campaign);
        return true;
    }

    private boolean resume(Store.Campaign campaign) {
        if (campaign.state == CampaignState.PAUSED && "GUARD".equals(campaign.reason)) {
            campaign.cells.clear();
            recountGuard(campaign);
            campaign.evidence = 1;
            campaign.suspicion = 0;
        }
        return move(campaign, CampaignMove.RESUME, null);
    }

    private boolean answer(Store.Campaign campaign, String by, boolean yes) {
        List<Store.Question> open = campaign.questions.stream()
                .filter(asked -> asked.answer == null)
                .toList();
        if (open.size() != 1 || campaign.state == CampaignState.DRAFT || campaign.state.isEnded()) {
            return false;
        }
        Store.Question asked = open.getFirst();
        if (yes && isForbidden(campaign, asked, by)) {
            return false;
        }
        boolean own = by.equals(asked.askedBy);
        asked.answer = yes ? "APPROVED" : own ? "WITHDRAWN" : "DENIED";
        asked.answeredBy = by;
        if (asked.kind.equals("START")) {
            if (yes) {
                if (store.images.get(campaign.image) != ImageState.PUBLISHED) {
                    asked.answer = null;
                    asked.answeredBy = null;
                    return false;
                }
                begin(campaign);
            } else {
                move(campaign, CampaignMove.DENY, own ? "WITHDRAWN" : "DENIED");
            }
        } else if (!yes && campaign.state == CampaignState.RUNNING) {
            move(campaign, CampaignMove.PAUSE, "WAVE_DENIED");
        }
        return true;
    }

    protected boolean isForbidden(Store.Campaign campaign, Store.Question asked, String by) {
        return by.equals(asked.askedBy) || campaign.authors.contains(by);
    }

    private boolean promote(Store.Campaign campaign, String by) {
        int open = open(campaign);
        if (!isLive(campaign)
                || open < 0
                || open == campaign.waves.size() - 1
                || campaign.spec.waves().get(open).gate().approval() && campaign.authors.contains(by)) {
            return false;
        }
        campaign.waves.get(open).promoted = true;
        pass(campaign, open);
        return true;
    }

    private boolean skipWave(Store.Campaign campaign, int wave, String by) {
        if (!isLive(campaign) || wave >= campaign.waves.size()) {
            return false;
        }
        Store.Wave skipped = campaign.waves.get(wave);
        if (skipped.skippedAt != null
                || skipped.passedAt != null
                || campaign.spec.waves().get(wave).gate().approval() && campaign.authors.contains(by)) {
            return false;
        }
        skipped.skippedAt = now;
        return true;
    }

    private boolean limit(Store.Campaign campaign, int most, String by) {
        if (campaign.state.isEnded() || campaign.state == CampaignState.AWAITING_APPROVAL) {
            return false;
        }
        campaign.spec = Script.limited(campaign.spec, most);
        if (campaign.state == CampaignState.DRAFT) {
            campaign.authors.add(by);
        }
        return true;
    }

    private boolean retryFailed(Store.Campaign campaign) {
        boolean any = campaign.waves.stream()
                .anyMatch(wave -> wave.counts.entrySet().stream()
                        .anyMatch(count -> count.getKey().isFailure() && count.getValue() > 0));
        if (!isLive(campaign) || !any) {
            return false;
        }
        for (Store.Update update : store.of(campaign)) {
            List<Store.Update> own = store.of(update.node);
            if (update.state.isFailure()
                    && (skip(update.node, update.node.running, campaign) == null || !isRetryChecked())
                    && update.node.state != NodeState.DECOMMISSIONED
                    && store.images.get(campaign.image) == ImageState.PUBLISHED
                    && !update.node.blocked.contains(campaign.image)
                    && own.stream()
                            .noneMatch(it -> it.active() || it.campaign == campaign && it.attempt > update.attempt)) {
                add(campaign, update.node, update.wave, update.attempt + 1, update.from, UpdateState.OFFERED);
            }
        }
        recount(campaign);
        return true;
    }

    /** Whether who runs the image or a newer one meanwhile is left out when those that failed get another try. */
    protected boolean isRetryChecked() {
        return true;
    }

    private boolean exclude(Store.Campaign campaign, Store.Node node) {
        if (!isLive(campaign)) {
            return false;
        }
        List<Store.Update> own =
                store.of(node).stream().filter(it -> it.campaign == campaign).toList();
        if (own.isEmpty()) {
            Store.Update kept = add(campaign, node, campaign.waves.size() - 1, 1, -1, UpdateState.CANCELED);
            kept.code = "EXCLUDED";
            recount(campaign);
        }
        write(own.stream()
                .filter(update -> !update.state.isTerminal() && update.permit == null)
                .map(update -> Move.by(update, UpdateState.CANCELED, "EXCLUDED"))
                .toList());
        return true;
    }

    private boolean letGo(Store.Campaign campaign, String hardware) {
        if (campaign.state.isEnded() || !isHeld(campaign, Cohort.Kind.HARDWARE, hardware)) {
            return false;
        }
        campaign.held.removeIf(
                held -> held.kind() == Cohort.Kind.HARDWARE && held.name().equals(hardware));
        campaign.cells.keySet().removeIf(cell -> cell.getFirst().equals(hardware));
        recountGuard(campaign);
        reweigh(campaign);
        return true;
    }

    private boolean rollBack(Store.Campaign campaign, String by) {
        if (!campaign.state.isEnded()) {
            return false;
        }
        Map<Integer, Long> sources = new TreeMap<>();
        store.nodes.stream()
                .filter(node -> node.state == NodeState.ACTIVE && node.running == campaign.image)
                .forEach(node -> store.of(node).stream()
                        .filter(forth -> forth.campaign == campaign
                                && forth.state == UpdateState.CONFIRMED
                                && forth.from >= 0
                                && forth.from != campaign.image
                                && store.images.get(forth.from) == ImageState.PUBLISHED)
                        .findFirst()
                        .ifPresent(forth -> sources.merge(forth.from, 1L, Long::sum)));
        if (sources.isEmpty()) {
            return false;
        }
        sources.keySet().forEach(source -> {
            String stem = campaign.name + " back to " + Script.RELEASES[source];
            String name = stem;
            for (int number = 2; store.campaigns.containsKey(name); number++) {
                name = stem + " " + number;
            }
            CampaignSpec spec = campaign.spec;
            Store.Campaign back = create(
                    new CampaignSpec(
                            name,
                            imageId(source),
                            "",
                            false,
                            List.of(new WaveSpec("all", new CampaignSpec.Rest(), java.math.BigDecimal.ZERO)),
                            spec.maxInFlight(),
                            spec.maxFailures(),
                            spec.prestage(),
                            true,
                            spec.permitLimit(),
                            spec.neededTime(),
                            spec.bootDeadline(),
                            null,
                            CampaignSchedule.DEFAULT),
                    source,
                    by,
                    campaign.name);
            if (!script.approvesDowngrades()) {
                begin(back);
            }
        });
        return true;
    }

    @Override
    public Map<String, String> picture() {
        return Picture.of(script, store);
    }
}
