package org.maintenancemanager.simulator;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.DownloadResult;
import org.maintenancemanager.api.node.EnrollResult;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeClient;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportResponse;
import org.maintenancemanager.api.node.PollResult;
import org.maintenancemanager.api.node.Refused;
import org.maintenancemanager.api.node.ReportResult;
import org.maintenancemanager.api.node.Retry;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.api.node.SlotState;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.simulator.NodeMemory.Task;

/**
 * One node: a loop of reporting, polling and doing what the answer says. Each step is written down before anybody hears of
 * it, so that the node can be stopped anywhere and goes on from there.
 */
final class SimulatedNode implements Runnable {
    private static final System.Logger log = System.getLogger(SimulatedNode.class.getName());

    private static final String CLIENT = "simulator 1";
    private static final int REPORTS_A_CALL = 100;
    private static final Duration SHORTEST_BACKOFF = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 5;

    private final World world;
    private final int index;
    private final String firstName;
    private final FleetPlan.Group group;
    private final NodeFile file;
    private final RandomGenerator random;
    private final Line line;
    private NodeClient client;
    private NodeMemory memory = new NodeMemory();
    private Duration nextPoll;
    private int failures;
    private volatile @Nullable NodeView view;

    SimulatedNode(World world, int index, String name, FleetPlan.Group group) {
        this.world = world;
        this.index = index;
        this.firstName = name;
        this.group = group;
        this.file = new NodeFile(world.nodeFile(index));
        this.random = new SplittableRandom(world.plan.seed() * 1_000_003 + index);
        this.line = new Line(world, random);
        this.client = world.client(random.nextDouble() < world.plan.grpcShare());
        this.nextPoll = world.plan.poll();
    }

    /** Null until the node's thread has begun. */
    @Nullable
    NodeView view() {
        return view;
    }

    @Override
    public void run() {
        try {
            wake();
            if (memory.silent) {
                world.counters.silent.increment();
                return;
            }
            // So that a large fleet does not come all at once.
            world.pause(world.plan.poll().multipliedBy(random.nextInt(1000)).dividedBy(1000));
            while (true) {
                world.pause(memory.nodeToken == null ? enroll() : live());
                if (memory.silent) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            goToSleep();
        } catch (IOException | RuntimeException e) {
            if (!world.isStopping()) {
                world.counters.errors.increment();
                log.log(Level.ERROR, "The simulated node " + firstName + " stopped", e);
            }
        }
    }

    private void goToSleep() {
        try {
            save();
        } catch (InterruptedException e) {
            // The power is cut; what was told to anybody is in the file.
        } catch (IOException e) {
            log.log(Level.WARNING, "The simulated node " + firstName + " kept less than it knows", e);
        }
    }

    private void wake() throws IOException, InterruptedException {
        NodeMemory kept = world.onDisk(file::read);
        if (kept != null) {
            memory = kept;
            // The description of the fleet may have changed since.
            memory.factsDue = true;
        } else {
            Identity identity = Identity.generate();
            memory.name = firstName;
            memory.publicKey = identity.publicKeyPem();
            memory.privateKey = identity.privateKeyPem();
            memory.bootId = UUID.randomUUID().toString();
            memory.set(SlotName.A, SlotState.ACTIVE, world.plan.initialVersion(), world.plan.initialSha256());
        }
        if (memory.nodeToken != null) {
            client = client.withToken(memory.nodeToken);
            world.counters.enrolled.increment();
        }
        save();
    }

    private Duration enroll() throws IOException, InterruptedException {
        Map<String, String> hardwareIds = Map.of("serial", "SIM-" + memory.name);
        var request = new EnrollRequest(group.enrollmentToken(), memory.name, memory.publicKey, hardwareIds, facts());
        return switch (line.enroll(client, request)) {
            case EnrollResult.Enrolled enrolled -> {
                memory.nodeId = enrolled.response().nodeId();
                memory.nodeToken = enrolled.nodeToken();
                memory.serverEpoch = enrolled.response().serverEpoch();
                memory.factsDue = false;
                save();
                client = client.withToken(enrolled.nodeToken());
                world.counters.enrolled.increment();
                yield reached(enrolled.response().nextPollSeconds());
            }
            case EnrollResult.Certified certified ->
                throw new IllegalStateException("the manager sent a certificate that was not asked for");
            case EnrollResult.Pending pending -> reached(pending.response().nextPollSeconds());
            case Retry retry -> backOff(retry);
            case Refused refused -> backOff(refused);
        };
    }

    /** One round of a node that has an identity; how long to wait until the next. */
    private Duration live() throws IOException, InterruptedException {
        finishWhatBegan();
        Duration delay = deliver();
        if (delay != null) {
            return delay;
        }
        PollResult result = line.poll(client, new PollRequest(memory.bootId, memory.lastSeq, memory.knownVersion));
        return switch (result) {
            case PollResult.Unchanged unchanged -> {
                nextPoll = reached(unchanged.nextPollSeconds());
                String epoch = unchanged.serverEpoch();
                if (epoch != null && !epoch.equals(memory.serverEpoch)) {
                    // What it holds of this node is older than what it acknowledged: from its first report on.
                    hear(epoch, 0);
                    save();
                    yield Duration.ZERO;
                }
                yield memory.directive == Directive.DOWNLOAD ? act(null) : nextPoll;
            }
            case PollResult.Changed changed -> {
                PollResponse response = changed.response();
                nextPoll = reached(response.nextPollSeconds());
                hear(response.serverEpoch(), response.ackedSeq());
                memory.directive = response.directive();
                Duration pause = act(response);
                // Only now: an answer that was not acted on must be given again.
                if (response.serverEpoch().equals(memory.serverEpoch)) {
                    memory.knownVersion = response.assignmentVersion();
                }
                save();
                yield pause;
            }
            case Retry retry -> backOff(retry);
            case Refused refused -> backOff(refused);
        };
    }

    private Duration act(@Nullable PollResponse response) throws IOException, InterruptedException {
        if (response != null) {
            begin(response);
        }
        Task task = memory.task;
        return switch (memory.directive) {
            case WAIT -> nextPoll;
            case NONE, CANCEL -> {
                if (task != null && task.isHarmless()) {
                    memory.task = null;
                    Files.deleteIfExists(world.download(index));
                    save();
                }
                yield nextPoll;
            }
            case DOWNLOAD -> task == null || !task.isHarmless() ? nextPoll : download(task);
            case INSTALL -> {
                if (task == null || !task.isHarmless() || response == null || response.permit() == null) {
                    yield nextPoll;
                }
                if (chance(world.plan.faults().silenceAfterPermit())) {
                    memory.silent = true;
                    save();
                    world.counters.silent.increment();
                    yield nextPoll;
                }
                yield install(task, response.permit().validForSeconds());
            }
            case ROLL_BACK -> {
                rollBackByOrder(response == null ? null : response.updateId());
                yield nextPoll;
            }
        };
    }

    /** Takes up an update that the node hears of for the first time. */
    private void begin(PollResponse response) {
        boolean work = response.directive() == Directive.DOWNLOAD
                || response.directive() == Directive.INSTALL
                || response.directive() == Directive.WAIT;
        if (!work || response.updateId() == null || response.image() == null) {
            return;
        }
        if (memory.task == null || !memory.task.updateId.equals(response.updateId())) {
            Task task = new Task();
            task.updateId = response.updateId();
            task.image = response.image();
            memory.task = task;
        }
        memory.task.bytesPerSecond = response.bytesPerSecond();
    }

    private Duration download(Task task) throws IOException, InterruptedException {
        ImageManifest image = Objects.requireNonNull(task.image);
        if (task.state == UpdateState.DOWNLOADED && Files.exists(world.image(image.sha256()))) {
            return nextPoll;
        }
        if (task.state != UpdateState.DOWNLOADING) {
            report(task, UpdateState.DOWNLOADING);
            deliver();
        }
        DownloadResult result;
        Path part = world.download(index);
        world.downloads.acquire();
        try {
            long expected = image.sizeBytes() - (Files.exists(part) ? Files.size(part) : 0);
            result = client.download(
                    image,
                    part,
                    body -> new FaultyBody(NodeClient.paced(body, task.bytesPerSecond), world, expected, random));
        } finally {
            world.downloads.release();
        }
        return switch (result) {
            case DownloadResult.Complete complete -> {
                world.keepImage(complete.file(), image.sha256());
                world.counters.downloads.increment();
                report(task, UpdateState.DOWNLOADED);
                yield delivered();
            }
            case DownloadResult.Corrupt corrupt -> {
                fail(task, FailurePhase.VERIFY, "WRONG_BYTES", corrupt.why());
                yield delivered();
            }
            case Refused refused -> {
                world.counters.errors.increment();
                fail(task, FailurePhase.DOWNLOAD, "REFUSED", "HTTP status " + refused.status() + " " + refused.code());
                yield delivered();
            }
            case Retry retry -> {
                world.counters.retries.increment();
                yield backOff(retry);
            }
        };
    }

    private Duration install(Task task, int validForSeconds) throws IOException, InterruptedException {
        task.permitUntilMillis = System.currentTimeMillis() + validForSeconds * 1000L;
        ImageManifest image = Objects.requireNonNull(task.image);
        if (task.state != UpdateState.DOWNLOADED || !Files.exists(world.image(image.sha256()))) {
            Duration pause = download(task);
            if (task.state != UpdateState.DOWNLOADED) {
                return pause;
            }
        }
        if (isPermitOver(task)) {
            return nextPoll;
        }
        memory.set(memory.inactiveSlot(), SlotState.INACTIVE, null, null);
        report(task, UpdateState.INSTALLING);
        deliver();
        finishWhatBegan();
        return delivered();
    }

    /** Runs an update that began to disturb the node through to its end, from wherever it stands. */
    private void finishWhatBegan() throws IOException, InterruptedException {
        Task task = memory.task;
        if (task == null || !task.state.needsPermit()) {
            return;
        }
        ImageBehaviour fate = fate(task);
        if (task.state == UpdateState.INSTALLING && !write(task, fate)) {
            return;
        }
        if (task.state == UpdateState.STAGED) {
            if (isPermitOver(task)) {
                memory.set(memory.inactiveSlot(), SlotState.INACTIVE);
                fail(task, FailurePhase.REBOOT, "PERMIT_OVER", "The permit ended before the reboot.");
                return;
            }
            report(task, UpdateState.REBOOTING);
            deliver();
        }
        if (task.state == UpdateState.REBOOTING && !boot(task, fate)) {
            return;
        }
        if (task.state == UpdateState.TRIAL) {
            tryOut(task, fate);
        }
    }

    private boolean write(Task task, ImageBehaviour fate) throws IOException, InterruptedException {
        ImageManifest image = Objects.requireNonNull(task.image);
        if (isPermitOver(task)) {
            fail(task, FailurePhase.INSTALL, "PERMIT_OVER", "The permit ended while the client did not run.");
            return false;
        }
        world.pause(world.plan.installTime());
        if (fate == ImageBehaviour.INSTALL_FAILS) {
            fail(task, FailurePhase.INSTALL, "WRITE_FAILED", "The slot could not be written.");
            return false;
        }
        memory.set(memory.inactiveSlot(), SlotState.STAGED, image.version(), image.sha256());
        report(task, UpdateState.STAGED);
        deliver();
        return true;
    }

    private boolean boot(Task task, ImageBehaviour fate) throws IOException, InterruptedException {
        world.pause(world.plan.rebootTime());
        memory.bootId = UUID.randomUUID().toString();
        if (fate == ImageBehaviour.NO_BOOT) {
            memory.set(memory.inactiveSlot(), SlotState.BAD);
            end(task, UpdateState.ROLLED_BACK, "NO_BOOT", "The new slot did not boot; the old one runs.");
            return false;
        }
        memory.set(memory.activeSlot, SlotState.INACTIVE);
        memory.activeSlot = memory.inactiveSlot();
        memory.set(memory.activeSlot, SlotState.TRIAL);
        memory.factsDue = true;
        report(task, UpdateState.TRIAL);
        deliver();
        return true;
    }

    private void tryOut(Task task, ImageBehaviour fate) throws IOException, InterruptedException {
        world.pause(world.plan.trialTime());
        if (fate == ImageBehaviour.TRIAL_FAILS) {
            world.pause(world.plan.rebootTime());
            switchBack(SlotState.BAD);
            end(task, UpdateState.ROLLED_BACK, "TRIAL_FAILED", "The health checks failed; the old slot runs.");
            return;
        }
        memory.set(memory.activeSlot, SlotState.ACTIVE);
        end(task, UpdateState.CONFIRMED, null, null);
    }

    private void rollBackByOrder(@Nullable String updateId) throws IOException, InterruptedException {
        SlotName other = memory.inactiveSlot();
        boolean bootable =
                memory.slot(other).imageSha256() != null && memory.slot(other).state() != SlotState.BAD;
        Task task = memory.task;
        boolean done = task != null && task.updateId.equals(updateId) && task.state == UpdateState.ROLLED_BACK;
        if (!bootable || done) {
            return;
        }
        world.pause(world.plan.rebootTime());
        switchBack(SlotState.INACTIVE);
        memory.factsDue = true;
        if (task != null && task.updateId.equals(updateId)) {
            end(task, UpdateState.ROLLED_BACK, "ORDERED", "The manager asked for the other slot.");
        }
        save();
        deliver();
    }

    private void switchBack(SlotState left) {
        memory.set(memory.activeSlot, left);
        memory.activeSlot = memory.inactiveSlot();
        memory.set(memory.activeSlot, SlotState.ACTIVE);
        memory.bootId = UUID.randomUUID().toString();
    }

    /** What the image does to this node: the same for an update, however often it is asked. */
    private ImageBehaviour fate(Task task) {
        ImageBehaviour given =
                world.plan.behaviours().get(Objects.requireNonNull(task.image).version());
        if (given != null) {
            return given;
        }
        var dice = new SplittableRandom(world.plan.seed() ^ (memory.name + task.updateId).hashCode());
        if (dice.nextDouble() >= world.plan.failureRate()) {
            return ImageBehaviour.GOOD;
        }
        return switch (dice.nextInt(3)) {
            case 0 -> ImageBehaviour.INSTALL_FAILS;
            case 1 -> ImageBehaviour.NO_BOOT;
            default -> ImageBehaviour.TRIAL_FAILS;
        };
    }

    private static boolean isPermitOver(Task task) {
        return System.currentTimeMillis() >= task.permitUntilMillis;
    }

    private void report(Task task, UpdateState state) throws IOException, InterruptedException {
        report(task, state, null, null, null);
    }

    private void fail(Task task, FailurePhase phase, String code, String text)
            throws IOException, InterruptedException {
        memory.factsDue = true;
        report(task, UpdateState.FAILED, phase, code, text);
        world.counters.failed.increment();
    }

    private void end(Task task, UpdateState state, @Nullable String code, @Nullable String text)
            throws IOException, InterruptedException {
        memory.factsDue = true;
        report(task, state, null, code, text);
        if (state == UpdateState.CONFIRMED) {
            world.counters.confirmed.increment();
        } else {
            world.counters.rolledBack.increment();
        }
    }

    private void report(
            Task task, UpdateState state, @Nullable FailurePhase phase, @Nullable String code, @Nullable String text)
            throws IOException, InterruptedException {
        task.state = state;
        memory.add(new Report(memory.bootId, memory.lastSeq + 1, task.updateId, state, phase, null, code, text));
        save();
    }

    /** Delivers, and says when to poll next. */
    private Duration delivered() throws IOException, InterruptedException {
        Duration delay = deliver();
        return delay == null ? nextPoll : delay;
    }

    /** Sends what the manager has not acknowledged; null when it has all, otherwise how long to wait with the rest. */
    private @Nullable Duration deliver() throws IOException, InterruptedException {
        while (memory.factsDue || memory.ackedSeq < memory.lastSeq) {
            List<Report> batch = nextBatch();
            if (batch.isEmpty() && !memory.factsDue) {
                return null;
            }
            long before = memory.ackedSeq;
            NodeFacts facts = memory.factsDue ? facts() : null;
            switch (line.report(client, new ReportRequest(batch, facts))) {
                case ReportResult.Stored stored -> {
                    ReportResponse response = stored.response();
                    nextPoll = reached(response.nextPollSeconds());
                    memory.factsDue = false;
                    hear(response.serverEpoch(), response.ackedSeq());
                    // Not written down yet: without it, the same is sent once more, which is harmless.
                    view = memory.view();
                    if (memory.ackedSeq <= before && !memory.factsDue) {
                        // It has them, and waits for one before them that it will ask for by its number.
                        return null;
                    }
                }
                case Retry retry -> {
                    return backOff(retry);
                }
                case Refused refused -> {
                    if (refused.code().equals(ProblemType.NOT_FOUND.code())) {
                        disown(batch);
                    }
                    return backOff(refused);
                }
            }
        }
        return null;
    }

    /** Of one update only: if the manager does not know it, the reports of others are not refused with it. */
    private List<Report> nextBatch() {
        List<Report> due = memory.unacknowledged();
        return due.stream()
                .takeWhile(report ->
                        Objects.equals(report.updateId(), due.getFirst().updateId()))
                .limit(REPORTS_A_CALL)
                .toList();
    }

    /** A manager restored from a backup does not know the update: what is left to tell is that the number was used. */
    private void disown(List<Report> batch) throws IOException, InterruptedException {
        memory.reports.replaceAll(report -> !batch.contains(report)
                ? report
                : new Report(
                        report.bootId(),
                        report.seq(),
                        null,
                        report.state(),
                        report.phase(),
                        report.progressPercent(),
                        report.errorCode(),
                        report.text()));
        save();
    }

    private void hear(String serverEpoch, long ackedSeq) {
        if (memory.serverEpoch != null && !memory.serverEpoch.equals(serverEpoch)) {
            memory.factsDue = true;
            memory.knownVersion = 0;
            memory.ackedSeq = Math.min(ackedSeq, memory.lastSeq);
        } else {
            memory.ackedSeq = Math.max(memory.ackedSeq, Math.min(ackedSeq, memory.lastSeq));
        }
        memory.serverEpoch = serverEpoch;
    }

    private NodeFacts facts() {
        FleetPlan plan = world.plan;
        Map<String, String> labels = new HashMap<>(plan.labels().apply(index));
        labels.putAll(group.labels());
        return new NodeFacts(
                plan.architecture(),
                plan.hardware().get(index % plan.hardware().size()),
                memory.activeSlot,
                memory.slots(),
                labels,
                CLIENT,
                memory.bootId);
    }

    private void save() throws IOException, InterruptedException {
        if (world.isKilled()) {
            throw new InterruptedException("the power is cut");
        }
        world.onDisk(() -> {
            file.write(memory);
            return null;
        });
        view = memory.view();
    }

    private Duration reached(int nextPollSeconds) {
        failures = 0;
        Duration asked = Duration.ofSeconds(nextPollSeconds);
        return nextPollSeconds <= 0 || asked.compareTo(world.plan.poll()) > 0 ? world.plan.poll() : asked;
    }

    private Duration backOff(Retry retry) {
        return retry.afterSeconds() > 0
                // Those that were sent away together shall not come back together.
                ? Duration.ofMillis(retry.afterSeconds() * 1000L + random.nextInt(500))
                : backOff();
    }

    private Duration backOff(Refused refused) {
        log.log(Level.DEBUG, () -> memory.name + " was refused: " + refused);
        return backOff();
    }

    private Duration backOff() {
        Duration base = world.plan.poll().compareTo(SHORTEST_BACKOFF) < 0 ? world.plan.poll() : SHORTEST_BACKOFF;
        Duration longest = base.multipliedBy(1L << Math.min(failures++, MOST_DOUBLINGS));
        return longest.multipliedBy(500 + random.nextInt(500)).dividedBy(1000);
    }

    private boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }
}
