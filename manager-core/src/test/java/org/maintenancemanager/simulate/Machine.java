package org.maintenancemanager.simulate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.api.node.SlotState;
import org.maintenancemanager.api.node.UpdateState;

/** A node with two slots and a well-behaved client. What is kept on its disk outlives a power cut. */
final class Machine {
    final int number;
    private final Script script;
    private final Simulation world;

    /** Images by slot; on disk. */
    private final int[] slots = {Script.FIRST_IMAGE, -1};

    private int active;
    private boolean onTrial;
    private @Nullable Work work;
    private final List<Report> reports = new ArrayList<>();
    long acked;
    private long known;
    private @Nullable String epoch;
    private boolean factsDue = true;
    private int boots = 1;
    /** Scheduled steps of an earlier boot do nothing. */
    private int life;

    private boolean on = true;

    private static final class Work {
        final UUID update;
        final int image;
        UpdateState stage = UpdateState.DOWNLOADING;
        Instant permitEnds = Instant.MIN;

        Work(UUID update, int image) {
            this.update = update;
            this.image = image;
        }
    }

    Machine(int number, Script script, Simulation world) {
        this.number = number;
        this.script = script;
        this.world = world;
    }

    String boot() {
        return "boot-" + number + "-" + boots;
    }

    List<Report> reports() {
        return reports;
    }

    void wake() {
        if (!on) {
            return;
        }
        if (factsDue || acked < reports.size()) {
            send();
        } else {
            world.poll(this, boot(), reports.size(), known);
        }
    }

    private void send() {
        List<Report> due = List.copyOf(reports.subList((int) acked, reports.size()));
        List<Report> batch = due.stream()
                .takeWhile(it ->
                        java.util.Objects.equals(it.updateId(), due.getFirst().updateId()))
                .toList();
        world.report(this, batch, factsDue ? facts() : null);
    }

    private NodeFacts facts() {
        List<Slot> told = new ArrayList<>();
        for (int slot = 0; slot < 2; slot++) {
            if (slots[slot] >= 0) {
                SlotState state = slot != active ? SlotState.INACTIVE : onTrial ? SlotState.TRIAL : SlotState.ACTIVE;
                told.add(new Slot(SlotName.values()[slot], state, null, world.manager.sha256(slots[slot])));
            }
        }
        return new NodeFacts("x86_64", script.hardware(number), SlotName.values()[active], told, null, null, boot());
    }

    void stored(Manager.Receipt receipt, List<Report> batch, boolean facts) {
        if (receipt.unknownUpdate()) {
            // Restored from a backup: what is left to tell is that the number was used.
            reports.replaceAll(it -> !batch.contains(it)
                    ? it
                    : new Report(it.bootId(), it.seq(), null, it.state(), it.phase(), null, it.errorCode(), null));
        } else {
            factsDue &= !facts;
        }
        hear(receipt.epoch(), receipt.acked());
        if (acked < reports.size() && !batch.isEmpty()) {
            world.in(Duration.ofSeconds(20), this::wake);
        } else {
            world.in(Duration.ofSeconds(5), () -> {
                if (on) {
                    world.poll(this, boot(), reports.size(), known);
                }
            });
        }
    }

    private void hear(String told, long theirs) {
        if (epoch != null && !epoch.equals(told)) {
            factsDue = true;
            known = 0;
            acked = Math.min(theirs, reports.size());
        } else {
            acked = Math.max(acked, Math.min(theirs, reports.size()));
        }
        epoch = told;
        world.watch.acknowledged(number, acked);
    }

    void told(Manager.Reply reply) {
        if (!on) {
            return;
        }
        hear(reply.epoch(), reply.acked());
        if (reply.directive() == null) {
            return;
        }
        known = Math.max(known, reply.version());
        boolean mine = work != null && work.update.equals(reply.update());
        boolean atRest = work == null || work.stage.ordinal() <= UpdateState.DOWNLOADED.ordinal();
        switch (reply.directive()) {
            case NONE, CANCEL -> work = atRest ? null : work;
            case WAIT -> work = atRest && !mine ? null : work;
            case DOWNLOAD -> {
                if (atRest && !mine && reply.update() != null) {
                    if (slots[active] == reply.image() && !onTrial) {
                        factsDue = true;
                        return;
                    }
                    work = new Work(reply.update(), reply.image());
                    say(UpdateState.DOWNLOADING, null, null);
                    download();
                }
            }
            case INSTALL -> {
                if (atRest && !mine && reply.update() != null) {
                    // It had the image once, and made room for another since.
                    work = new Work(reply.update(), reply.image());
                    say(UpdateState.DOWNLOADING, null, null);
                    download();
                } else if (mine && work != null && work.stage == UpdateState.DOWNLOADED) {
                    world.watch.installs(number, slots[active] == work.image && !onTrial);
                    work.permitEnds = world.now().plusSeconds(reply.permitSeconds());
                    say(UpdateState.INSTALLING, null, null);
                    later(Duration.ofMinutes(2), this::install);
                }
            }
            case ROLL_BACK -> {}
        }
    }

    private void download() {
        later(Duration.ofMinutes(3 + number), () -> {
            if (work != null && fails(8, "download")) {
                fail(FailurePhase.DOWNLOAD, "NETWORK");
            } else if (work != null) {
                say(UpdateState.DOWNLOADED, null, null);
            }
        });
    }

    private void install() {
        Work doing = java.util.Objects.requireNonNull(work);
        if (fails(script.badness(doing.image, script.hardware(number)) / 3, "install")) {
            fail(FailurePhase.INSTALL, "WRITE");
            return;
        }
        slots[1 - active] = doing.image;
        say(UpdateState.STAGED, null, null);
        reboot();
    }

    private void reboot() {
        Work doing = java.util.Objects.requireNonNull(work);
        if (!world.now().isBefore(doing.permitEnds)) {
            fail(FailurePhase.REBOOT, "PERMIT_OVER");
            return;
        }
        say(UpdateState.REBOOTING, null, null);
        later(Duration.ofMinutes(1), this::bootNew);
    }

    private void bootNew() {
        boots++;
        active = 1 - active;
        onTrial = true;
        factsDue = true;
        say(UpdateState.TRIAL, null, null);
        later(Duration.ofMinutes(2), () -> {
            Work doing = java.util.Objects.requireNonNull(work);
            if (fails(script.badness(doing.image, script.hardware(number)), "trial")) {
                bootOld();
            } else {
                onTrial = false;
                factsDue = true;
                say(UpdateState.CONFIRMED, null, null);
                work = null;
            }
        });
    }

    private void bootOld() {
        Work doing = java.util.Objects.requireNonNull(work);
        boots++;
        active = 1 - active;
        onTrial = false;
        factsDue = true;
        if (!script.happens(30, number, doing.image, "silent")) {
            say(UpdateState.ROLLED_BACK, null, "UNHEALTHY");
        }
        work = null;
        world.in(Duration.ofSeconds(30), this::wake);
    }

    /** The power fails; two minutes later it is back. */
    void cut() {
        if (!on) {
            return;
        }
        on = false;
        life++;
        world.in(Duration.ofMinutes(2), this::back);
    }

    private void back() {
        on = true;
        if (work == null) {
            boots++;
            return;
        }
        switch (work.stage) {
            case DOWNLOADING -> {
                boots++;
                download();
            }
            case INSTALLING -> {
                boots++;
                fail(FailurePhase.INSTALL, "POWER_CUT");
            }
            case STAGED -> {
                boots++;
                reboot();
            }
            case REBOOTING -> bootNew();
            // The boot loader tries the new slot once.
            case TRIAL -> bootOld();
            default -> boots++;
        }
    }

    void away(Duration time) {
        world.away(number, time);
    }

    private boolean fails(int percent, String what) {
        return script.happens(percent, number, work == null ? -1 : work.image, what, reports.size());
    }

    private void fail(FailurePhase phase, String code) {
        say(UpdateState.FAILED, phase, code);
        work = null;
    }

    private void say(UpdateState state, @Nullable FailurePhase phase, @Nullable String code) {
        Work doing = java.util.Objects.requireNonNull(work);
        doing.stage = state;
        var report = new Report(boot(), reports.size() + 1L, doing.update.toString(), state, phase, null, code, null);
        reports.add(report);
        if (script.isHasty(number)) {
            // Under way together with others, and overtaken by them.
            int late = Math.floorMod(report.seq() * 5 + number, 4);
            later(Duration.ofMillis(400L + 1500L * late), () -> world.report(this, List.of(report), null));
        }
        world.in(Duration.ofSeconds(script.isHasty(number) ? 25 : 2), this::wake);
    }

    private void later(Duration delay, Runnable step) {
        int mine = life;
        world.in(delay, () -> {
            if (mine == life) {
                step.run();
            }
        });
    }
}
