package org.maintenancemanager.core.forecast;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.BudgetId;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.BudgetFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.GateFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.WaveFacts;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.UpdateId;
import org.maintenancemanager.core.campaign.WaveGate;
import org.maintenancemanager.core.campaign.WaveGates;
import org.maintenancemanager.core.decision.Decision;
import org.maintenancemanager.core.decision.Decisions;
import org.maintenancemanager.core.decision.Gate;
import org.maintenancemanager.core.decision.NeededTime;
import org.maintenancemanager.core.decision.NodeFacts;
import org.maintenancemanager.core.decision.PermitTerms;
import org.maintenancemanager.core.decision.UpdateFacts;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.window.Schedule;

/**
 * What really happens in a {@link World}: node by node and poll by poll, each poll answered by the function that answers the
 * polls of a manager, on the schedules that it uses. Shares no code with the forecast. Polls that cannot get another answer
 * than the last are left out.
 */
final class Truth {
    private static final CampaignId CAMPAIGN = new CampaignId(new UUID(7, 7));
    private static final Duration TICK = Duration.ofMinutes(1);

    private final World world;
    private final Member[] members;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final int[] budgetUse;
    private final @Nullable Instant[] opened;
    private final @Nullable Instant[] reachedAt;
    private final ImageFacts image = new ImageFacts(
            new ImageId(new UUID(1, 1)),
            "edge",
            "2",
            2,
            "x86_64",
            Set.of(),
            1,
            "f".repeat(64),
            "/image",
            null,
            ImageState.PUBLISHED);
    private int openWave;
    private boolean stopped;
    private int inFlight;
    private int left;
    private long sequence;
    private Instant now = World.NOW;

    private final class Member {
        final World.Node node;
        final Schedule schedule;
        UpdateState state = UpdateState.OFFERED;

        @Nullable
        Instant awaySince;

        int pollStamp;
        int workStamp;
        /** Of the download, in milliseconds. */
        double toDownload = -1;

        Instant downloadingSince = World.NOW;

        @Nullable
        Instant endsAt;

        boolean fails;
        boolean waitsForWave;
        boolean waitsForSlot;

        Member(World.Node node) {
            this.node = node;
            this.schedule = world.schedules.forNode(node);
            this.awaySince = node.awaySince();
        }
    }

    private record Event(Instant at, long sequence, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    Truth(World world) {
        this.world = world;
        this.budgetUse = new int[world.limits.size()];
        this.opened = new Instant[world.shares.size()];
        this.reachedAt = new Instant[world.shares.size()];
        this.members = world.nodes.stream().map(Member::new).toArray(Member[]::new);
        this.left = members.length;
    }

    /** When the last node came to its end; null if that took more than 400 days, or a wave could not pass its gate. */
    @Nullable
    Instant end() {
        opened[0] = now;
        for (Member member : members) {
            if (member.awaySince != null) {
                at(now.plusMillis((long) world.exponential(world.meanAway)), () -> comesBack(member));
            } else {
                pollWithin(member, World.POLL);
                planLeaving(member);
            }
        }
        tick();
        Instant last = now.plus(Duration.ofDays(400));
        while (left > 0 && !stopped && !events.isEmpty()) {
            Event event = events.remove();
            now = event.at;
            if (now.isAfter(last)) {
                return null;
            }
            event.what.run();
        }
        return left == 0 ? now : null;
    }

    private void at(Instant time, Runnable what) {
        events.add(new Event(time, sequence++, what));
    }

    private void tick() {
        if (openWave < opened.length - 1) {
            judge();
            at(now.plus(TICK), this::tick);
        }
    }

    private void planLeaving(Member member) {
        if (world.meanAway > 0) {
            at(now.plusMillis((long) world.exponential(world.meanHere)), () -> leaves(member));
        }
    }

    private void leaves(Member member) {
        if (member.state.isTerminal()) {
            return;
        }
        member.awaySince = now;
        member.pollStamp++;
        if (member.state == UpdateState.DOWNLOADING) {
            member.toDownload -= Duration.between(member.downloadingSince, now).toMillis();
            member.workStamp++;
        }
        at(now.plusMillis((long) world.exponential(world.meanAway)), () -> comesBack(member));
    }

    private void comesBack(Member member) {
        if (member.state.isTerminal()) {
            return;
        }
        member.awaySince = null;
        planLeaving(member);
        if (member.state == UpdateState.DOWNLOADING) {
            goOnDownloading(member);
        } else if (member.state == UpdateState.TRIAL) {
            if (member.endsAt != null && !member.endsAt.isAfter(now)) {
                ends(member);
            }
        } else {
            poll(member);
        }
    }

    private void pollWithin(Member member, Duration time) {
        Instant when = now.plusMillis((long) (world.chance.nextDouble() * time.toMillis()));
        int stamp = ++member.pollStamp;
        at(when, () -> {
            if (stamp == member.pollStamp && member.awaySince == null) {
                poll(member);
            }
        });
    }

    private NodeFacts facts(Member member) {
        List<BudgetFacts> budgets = world.limitsOf(member.node).stream()
                .map(limit -> new BudgetFacts(
                        new BudgetId(new UUID(3, limit)),
                        world.limits.get(limit).name(),
                        world.limitPaths.get(limit),
                        world.limits.get(limit).max(),
                        budgetUse[limit]))
                .toList();
        return new NodeFacts(
                new NodeId(member.node.nodeId()),
                member.node.state(),
                null,
                "x86_64",
                member.node.hardware(),
                member.node.sitePath(),
                null,
                null,
                Set.of(),
                member.schedule,
                new NeededTime(
                        world.hardware.get(member.node.kind()).measured().p95(), NeededTime.Source.MEASURED, 100),
                budgets);
    }

    private CampaignFacts campaign() {
        List<WaveFacts> waves = new ArrayList<>();
        for (int i = 0; i < opened.length; i++) {
            waves.add(new WaveFacts(
                    i,
                    "wave-" + i,
                    opened[i],
                    i < openWave ? opened[i] : null,
                    null,
                    new GateFacts(BigDecimal.ZERO, WaveGate.NONE, new WaveGates.Progress(Map.of(), 0, null, false))));
        }
        return new CampaignFacts(
                CAMPAIGN,
                "campaign",
                CampaignState.RUNNING,
                null,
                World.NOW,
                image,
                waves,
                world.maxInFlight,
                inFlight,
                0,
                false,
                false,
                World.PERMIT_LIMIT,
                null,
                World.GUARD,
                World.BOOT_DEADLINE,
                null,
                CampaignFacts.GuardFacts.CALM);
    }

    private void poll(Member member) {
        NodeFacts node = facts(member);
        CampaignFacts campaign = campaign();
        var update = new UpdateFacts(
                new UpdateId(member.node.nodeId()), CAMPAIGN, member.node.wave(), 1, member.state, World.NOW, 1, null);
        Decision decision = Decisions.decide(node, update, campaign, now);
        switch (decision.directive()) {
            case DOWNLOAD -> {
                World.Hardware kind = world.hardware.get(member.node.kind());
                member.toDownload = world.lognormal(kind.download(), kind.downloadSigma());
                member.state = UpdateState.DOWNLOADING;
                goOnDownloading(member);
            }
            case INSTALL_ALLOWED -> {
                PermitTerms terms = PermitTerms.of(
                                node, campaign, node.schedule().openAt(now).orElseThrow(), now)
                        .orElseThrow();
                install(member, terms);
            }
            case WAIT -> waits(member, decision.blocking().orElseThrow());
            case NONE, CANCEL, ROLL_BACK -> throw new IllegalStateException("expected no " + decision.directive());
        }
    }

    private void waits(Member member, Gate gate) {
        switch (gate.gate()) {
            case WAVE -> member.waitsForWave = true;
            case BUDGET -> member.waitsForSlot = true;
            case WINDOW, WINDOW_REST, FREEZE -> {
                if (gate.until() != null) {
                    Instant opens = gate.until();
                    int stamp = ++member.pollStamp;
                    at(opens, () -> {
                        if (stamp == member.pollStamp) {
                            pollWithin(member, World.POLL);
                        }
                    });
                }
            }
            default -> throw new IllegalStateException("expected no closed " + gate.gate());
        }
    }

    private void goOnDownloading(Member member) {
        member.downloadingSince = now;
        int stamp = ++member.workStamp;
        at(now.plusMillis((long) member.toDownload), () -> {
            if (stamp == member.workStamp && member.awaySince == null) {
                member.state = UpdateState.DOWNLOADED;
                pollWithin(member, World.POLL);
            }
        });
    }

    private void install(Member member, PermitTerms terms) {
        inFlight++;
        world.limitsOf(member.node).forEach(limit -> budgetUse[limit]++);
        World.Hardware kind = world.hardware.get(member.node.kind());
        double takes = world.lognormal(kind.median(), kind.sigma());
        member.state = UpdateState.TRIAL;
        member.fails = world.chance.nextDouble() < world.failureRate;
        Instant ends = now.plusMillis((long) (member.fails ? takes * (0.3 + 0.7 * world.chance.nextDouble()) : takes));
        member.endsAt = ends;
        at(ends, () -> {
            if (member.awaySince == null) {
                ends(member);
            }
        });
        at(terms.lostAt(), () -> {
            if (!member.state.isTerminal()) {
                member.fails = true;
                ends(member);
            }
        });
    }

    private void ends(Member member) {
        if (member.state.isTerminal()) {
            return;
        }
        member.state = member.fails ? UpdateState.ROLLED_BACK : UpdateState.CONFIRMED;
        left--;
        inFlight--;
        world.limitsOf(member.node).forEach(limit -> budgetUse[limit]--);
        judge();
        for (Member other : members) {
            if (other.waitsForSlot && other.awaySince == null) {
                other.waitsForSlot = false;
                // As soon as its next poll; of the others, none gets another answer before.
                pollWithin(other, Duration.ofSeconds(20));
            } else if (other.waitsForSlot) {
                other.waitsForSlot = false;
            }
        }
    }

    /** As the campaign's clockwork does, by the gates that it asks. */
    private void judge() {
        while (openWave < opened.length - 1 && !stopped) {
            int wave = openWave;
            var gate = new WaveGate(world.soaks.get(wave), world.notBefore.get(wave), false);
            BigDecimal share = BigDecimal.valueOf(world.shares.get(wave));
            WaveGates.Progress progress = progress(wave);
            if (!WaveGates.isReached(share, progress)) {
                reachedAt[wave] = null;
            } else if (reachedAt[wave] == null) {
                reachedAt[wave] = now;
            }
            switch (WaveGates.judge(share, gate, progress(wave), now)) {
                case WaveGates.Passes passes -> open(wave + 1);
                case WaveGates.CannotPass never -> stopped = true;
                case WaveGates.Waits waits -> {
                    return;
                }
                case WaveGates.Unheard unheard -> {
                    return;
                }
                case WaveGates.Soaks soaks -> {
                    return;
                }
                case WaveGates.NotBefore later -> {
                    return;
                }
                case WaveGates.AwaitsApproval awaits -> {
                    return;
                }
            }
        }
    }

    private WaveGates.Progress progress(int wave) {
        Map<UpdateState, Integer> updates = new EnumMap<>(UpdateState.class);
        Instant since = opened[wave];
        boolean old = since != null && since.isBefore(now.minus(World.UNREACHABLE));
        int unreachable = 0;
        for (Member member : members) {
            if (member.node.wave() == wave) {
                updates.merge(member.state, 1, Integer::sum);
                if (old
                        && !member.state.isTerminal()
                        && member.state != UpdateState.TRIAL
                        && member.awaySince != null
                        && member.awaySince.isBefore(now.minus(World.UNREACHABLE))) {
                    unreachable++;
                }
            }
        }
        return new WaveGates.Progress(updates, unreachable, reachedAt[wave], false);
    }

    private void open(int wave) {
        openWave = wave;
        opened[wave] = now;
        for (Member member : members) {
            if (member.waitsForWave && member.node.wave() == wave) {
                member.waitsForWave = false;
                if (member.awaySince == null) {
                    pollWithin(member, World.POLL);
                }
            }
        }
    }
}
