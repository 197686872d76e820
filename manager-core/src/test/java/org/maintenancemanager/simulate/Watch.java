package org.maintenancemanager.simulate;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignRules;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.WaveGate;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.node.NodeState;

/** The invariants of the domain, counted anew after each step, with windows written a second time. */
class Watch {
    /** An invariant does not hold. */
    @SuppressWarnings("serial")
    static final class Broken extends RuntimeException {
        Broken(String invariant, Object what) {
            super(invariant + ": " + what, what instanceof Throwable cause ? cause : null);
        }

        private Broken(Broken broken, String where) {
            super(broken.getMessage() + " (" + where + ")", broken.getCause());
        }

        Broken in(long seed, int step, Instant now) {
            return new Broken(this, "seed %d, step %d, %s".formatted(seed, step, now));
        }
    }

    /** Ticks come every three minutes, and both replicas may be gone for a while. */
    private static final Duration ABORT_REACHES_ALL = Duration.ofHours(2);

    /** So many of a node's reports may not have arrived yet when a run ends. */
    private static final int UNDER_WAY = 2;

    private final Script script;
    private final Model model;
    private final Set<UUID> permits = new HashSet<>();
    private final Map<UUID, UpdateState> ends = new HashMap<>();
    private final Map<Integer, Long> versions = new HashMap<>();
    private final Map<Integer, Long> acknowledged = new HashMap<>();
    private final Map<Integer, Long> verified = new HashMap<>();
    /** The last report that moved an update. */
    private final Map<UUID, Long> told = new HashMap<>();

    /** How much of the history has been looked at. */
    private int seen;

    /** What rolled back where, unless somebody forgave it. */
    private final Map<Integer, Set<Integer>> rolledBack = new HashMap<>();

    private int blocksSeen;
    private final Set<UUID> queued = new HashSet<>();
    private final Set<UUID> attempts = new HashSet<>();
    /** Waves whose share was reached, or that were passed. */
    private final Set<String> judged = new HashSet<>();

    /** Campaigns that went on by a person's word, in spite of the evidence. */
    private final Set<String> condemned = new HashSet<>();

    /** A replica whose clock is fast may let a node download early, which does no harm. */
    private boolean isSkewed;

    private int audited;

    Watch(Script script, Model model) {
        this.script = script;
        this.model = model;
    }

    void acknowledged(int node, long upTo) {
        acknowledged.put(node, upTo);
    }

    void answered(int node, Manager.Reply reply) {
        Store.Update update = reply.update() == null ? null : model.store.updates.get(reply.update());
        require(update == null || update.node.number == node, "I19 an answer holds nothing of another node", node);
    }

    void installs(int node, boolean whatItRuns) {
        require(!whatItRuns, "I15 a node does not install what it runs confirmed", node);
    }

    void before(Script.Act act) {
        if (act.verb() == Script.Verb.RESTORE) {
            permits.clear();
            ends.clear();
            versions.clear();
            acknowledged.clear();
            verified.clear();
            told.clear();
            seen = 0;
        } else if (act.verb() == Script.Verb.SKEW) {
            isSkewed |= act.second() > 0;
        } else if (act.verb() == Script.Verb.CLEAR_BLOCKS) {
            rolledBack.remove(Math.floorMod(act.first(), model.store.nodes.size()));
        }
    }

    void after(Script.Act act, boolean done) {
        if (act.verb() == Script.Verb.RESTORE) {
            Store store = model.store;
            permits.addAll(store.permits.keySet());
            rolledBack.clear();
            store.nodes.forEach(node -> rolledBack.put(node.number, new HashSet<>(node.blocked)));
            blocksSeen = store.history.size();
            audited = store.audit.size();
            queued.clear();
            attempts.clear();
            judged.clear();
            store.updates.values().forEach(update -> {
                attempts.add(update.id);
                if (update.queued) {
                    queued.add(update.id);
                }
            });
            store.campaigns.values().forEach(campaign -> {
                for (int wave = 0; wave < campaign.waves.size(); wave++) {
                    Store.Wave judgedBefore = campaign.waves.get(wave);
                    if (judgedBefore.reachedAt != null) {
                        judged.add(campaign.name + " reached " + wave);
                    }
                    if (judgedBefore.passedAt != null) {
                        judged.add(campaign.name + " passed " + wave);
                    }
                }
            });
            model.store
                    .campaigns
                    .values()
                    .forEach(campaign -> require(
                            !done || campaign.state != CampaignState.RUNNING,
                            "I7 after a restore campaigns are paused",
                            campaign.name));
        }
    }

    static void require(boolean holds, String invariant, Object what) {
        if (!holds) {
            throw new Broken(invariant, what);
        }
    }

    void check(Instant now) {
        Store store = model.store;
        counters(store);
        blocks(store);
        order(store);
        audit(store);
        store.permits.values().stream()
                .filter(permit -> permits.add(permit.id))
                .forEach(permit -> granted(store, permit, now));
        Set<Integer> busy = new HashSet<>();
        for (Store.Update update : store.updates.values()) {
            UpdateState end = ends.get(update.id);
            require(end == null || end == update.state, "I4 a terminal update never changes", update.id);
            if (update.state.isTerminal()) {
                ends.put(update.id, update.state);
            }
            require(
                    !update.active() || busy.add(update.node.number),
                    "I5 a node has at most one active update",
                    update.node.number);
        }
        store.updates.values().stream()
                .filter(update -> attempts.add(update.id) && update.attempt > 1)
                .forEach(update -> again(store, update));
        for (Store.Permit permit : store.permits.values()) {
            require(
                    !"LOST".equals(permit.outcome) || !now.isBefore(permit.lostAt),
                    "Nothing is lost before its time",
                    permit.update.id);
        }
        for (Store.Node node : store.nodes) {
            require(
                    (node.acked == 0 || node.reports.size() >= node.acked && node.reports.containsKey(node.acked))
                            && !node.reports.containsKey(node.acked + 1),
                    "I8 acknowledged is what came without a gap",
                    node.number);
            long version =
                    store.of(node).stream().mapToLong(it -> it.version).max().orElse(0);
            Long before = versions.put(node.number, version);
            require(before == null || version >= before, "I11 the assignment version only grows", node.number);
            for (long seq = verified.getOrDefault(node.number, 0L) + 1;
                    seq <= acknowledged.getOrDefault(node.number, 0L);
                    seq++) {
                require(node.reports.containsKey(seq), "I7 what was acknowledged is stored", node.number + " " + seq);
                verified.put(node.number, seq);
            }
        }
        for (; seen < store.history.size(); seen++) {
            Store.Transition step = store.history.get(seen);
            if (step.seq() > 0) {
                Long before = told.put(step.update(), step.seq());
                require(before == null || step.seq() > before, "I8 reports are applied in their order, once", step);
            }
        }
        for (Store.Campaign campaign : store.campaigns.values()) {
            require(
                    campaign.state != CampaignState.COMPLETED
                            || store.of(campaign).stream().allMatch(it -> it.state.isTerminal()),
                    "I13 a completed campaign has only terminal members",
                    campaign.name);
            waves(campaign, now);
            boolean condemned = campaign.spec.rules().guard().enabled()
                    && campaign.evidence
                            >= 1 / campaign.spec.rules().guard().alpha().doubleValue();
            require(
                    !condemned || this.condemned.contains(campaign.name) || campaign.state != CampaignState.RUNNING,
                    "I6 a campaign stops when the guard condemns its image",
                    campaign.name);
            if (condemned) {
                this.condemned.add(campaign.name);
            } else {
                this.condemned.remove(campaign.name);
            }
            require(
                    campaign.state != CampaignState.ABORTED
                            || campaign.endedAt == null
                            || campaign.endedAt.plus(ABORT_REACHES_ALL).isAfter(now)
                            || store.of(campaign).stream()
                                    .allMatch(update -> update.state.isTerminal() || update.permit != null),
                    "An abort reaches everybody who has not begun",
                    campaign.name);
            require(
                    campaign.questions.size() <= 1
                            || campaign.questions.stream()
                                            .filter(it -> it.answer == null)
                                            .count()
                                    <= 1,
                    "I17 a tick run twice asks once",
                    campaign.name);
            campaign.questions.forEach(asked -> require(
                    !"APPROVED".equals(asked.answer)
                            || !asked.askedBy.equals(asked.answeredBy) && !campaign.authors.contains(asked.answeredBy),
                    "Nobody approves what they asked for or said",
                    campaign.name));
        }
    }

    /** Once all is calm: I16, and I7 after whatever was restored. */
    void atRest(List<Machine> machines) {
        Store store = model.store;
        for (Machine machine : machines) {
            require(
                    store.nodes.get(machine.number).acked >= machine.reports().size() - UNDER_WAY,
                    "I7 what a node has said is stored in the end",
                    "node %d, %d of %d"
                            .formatted(
                                    machine.number,
                                    store.nodes.get(machine.number).acked,
                                    machine.reports().size()));
        }
        for (Store.Campaign campaign : store.campaigns.values()) {
            require(
                    campaign.state != CampaignState.PAUSED || campaign.reason != null,
                    "I16 what is paused has a reason",
                    campaign.name);
            require(
                    campaign.state != CampaignState.RUNNING
                            || store.of(campaign).stream()
                                            .anyMatch(update -> !update.state.isTerminal() && update.queued)
                                    && store.of(campaign).stream()
                                            .noneMatch(update -> update.active()
                                                    && campaign.waves.get(update.wave).openedAt != null),
                    "I16 every campaign ends, is paused with a reason, or waits for another",
                    campaign.name);
        }
    }

    private void blocks(Store store) {
        for (; blocksSeen < store.history.size(); blocksSeen++) {
            Store.Transition step = store.history.get(blocksSeen);
            Store.Update update = store.updates.get(step.update());
            if (step.to() == UpdateState.ROLLED_BACK && update != null) {
                rolledBack
                        .computeIfAbsent(update.node.number, it -> new HashSet<>())
                        .add(update.campaign.image);
            }
        }
    }

    /** Of those that wait for a node, the one of highest priority goes first. */
    private void order(Store store) {
        for (Store.Update update : store.updates.values()) {
            if (update.queued) {
                queued.add(update.id);
            } else if (queued.remove(update.id) && !update.state.isTerminal()) {
                int priority = update.campaign.spec.rules().priority();
                require(
                        store.of(update.node).stream()
                                .noneMatch(other -> other.queued
                                        && isLive(other.campaign)
                                        && other.campaign.spec.rules().priority() > priority),
                        "Who waits for a node goes by priority",
                        update.node.number);
            }
        }
    }

    private static boolean isLive(Store.Campaign campaign) {
        return campaign.state == CampaignState.RUNNING || campaign.state == CampaignState.PAUSED;
    }

    private void audit(Store store) {
        Set<Store.Event> events = new HashSet<>();
        for (; audited < store.audit.size(); audited++) {
            Store.Event event = store.audit.get(audited);
            require(events.add(event), "I12 a change is written down once", event);
        }
    }

    /** An attempt that a person lets follow, or the manager itself. */
    private void again(Store store, Store.Update update) {
        if (update.notBefore == null) {
            require(
                    update.node.running != update.campaign.image || update.state.isTerminal(),
                    "I15 nobody is asked to try again what they run",
                    update.node.number);
            return;
        }
        List<Store.Update> before = store.of(update.campaign).stream()
                .filter(it -> it.node == update.node && it.attempt < update.attempt)
                .toList();
        Store.Update last = before.getLast();
        long times = before.stream()
                .filter(it -> it.state == last.state && it.phase == last.phase)
                .count();
        CampaignRules.Phase phase = last.state == UpdateState.LOST
                ? CampaignRules.Phase.LOST
                : CampaignRules.Phase.valueOf(String.valueOf(last.phase));
        CampaignRules.Retry rule = update.campaign.spec.rules().retries().get(phase);
        require(rule != null && times <= rule.limit(), "Attempts have a limit", update.node.number);
        require(
                rule == null
                        || update.notBefore == null
                        || !update.notBefore.isBefore(
                                last.since.plus(rule.backoff().multipliedBy(times))),
                "A further attempt comes after its backoff",
                update.node.number);
    }

    /** What the gates of waves let pass, counted a second time. */
    private void waves(Store.Campaign campaign, Instant now) {
        for (int ordinal = 0; ordinal < campaign.waves.size() - 1; ordinal++) {
            Store.Wave wave = campaign.waves.get(ordinal);
            WaveGate gate = campaign.spec.waves().get(ordinal).gate();
            int at = ordinal;
            String what = campaign.name + " wave " + ordinal;
            if (wave.reachedAt == null) {
                judged.remove(campaign.name + " reached " + ordinal);
            } else if (judged.add(campaign.name + " reached " + ordinal)) {
                int members = 0;
                for (Store.Update update : latest(campaign)) {
                    members += update.wave == at
                                    && update.state != UpdateState.SKIPPED
                                    && update.state != UpdateState.CANCELED
                                    && update.state != UpdateState.SUPERSEDED
                            ? 1
                            : 0;
                }
                long confirmed = confirmed(campaign, at);
                require(
                        confirmed >= campaign.share(at).doubleValue() * (members - wave.unreachable) - 0.000_1,
                        "I14 a share is reached when so many are confirmed",
                        what);
            }
            if (wave.passedAt == null || !judged.add(campaign.name + " passed " + ordinal)) {
                continue;
            }
            if (wave.promoted || wave.skippedAt != null) {
                continue;
            }
            long failed = latest(campaign).stream()
                    .filter(update -> update.wave == at && update.state.isFailure())
                    .count();
            long confirmed = confirmed(campaign, at);
            require(
                    confirmed >= campaign.share(at).doubleValue() * (confirmed + failed) - 0.000_1,
                    "I14 a gate lets pass when its share is confirmed",
                    what);
            require(
                    confirmed + failed == 0
                            || wave.reachedAt == null
                            || !now.isBefore(wave.reachedAt.plus(gate.soakTime())),
                    "I14 a gate lets pass after its soak time",
                    what);
            require(
                    !gate.approval()
                            || campaign.questions.stream()
                                    .anyMatch(it -> it.wave == at && "APPROVED".equals(it.answer)),
                    "I14 a gate that wants a person's word waits for it",
                    what);
        }
    }

    private long confirmed(Store.Campaign campaign, int wave) {
        return latest(campaign).stream()
                .filter(update -> update.wave == wave && update.state == UpdateState.CONFIRMED)
                .count();
    }

    /** Members with their latest attempt. */
    private Collection<Store.Update> latest(Store.Campaign campaign) {
        Map<Integer, Store.Update> latest = new HashMap<>();
        model.store
                .of(campaign)
                .forEach(update -> latest.merge(
                        update.node.number, update, (one, other) -> other.attempt > one.attempt ? other : one));
        return latest.values();
    }

    private static void counters(Store store) {
        int all = 0;
        Map<Store.Campaign, Integer> failures = new HashMap<>();
        Map<Store.Campaign, Integer> flying = new HashMap<>();
        Map<Store.Budget, Integer> spent = new HashMap<>();
        for (Store.Update update : store.updates.values()) {
            if (update.state.isFailure() && update.phase != FailurePhase.DOWNLOAD) {
                failures.merge(update.campaign, 1, Integer::sum);
            }
        }
        for (Store.Permit permit : store.permits.values()) {
            require(
                    permit.endedAt != null || !permit.update.state.isTerminal(),
                    "I2 an end gives its slot back",
                    permit.update.id);
            if (permit.endedAt == null) {
                all++;
                flying.merge(permit.update.campaign, 1, Integer::sum);
                permit.budgets.forEach(budget -> spent.merge(budget, 1, Integer::sum));
            }
        }
        require(all == store.inFlight, "I2 the tenant's counter equals the count", all);
        for (Store.Campaign campaign : store.campaigns.values()) {
            require(
                    campaign.inFlight == flying.getOrDefault(campaign, 0),
                    "I2 a campaign's counter equals the count",
                    campaign.name);
            require(
                    campaign.failures == failures.getOrDefault(campaign, 0),
                    "I2 every failure is counted, once",
                    campaign.name);
        }
        store.budgets.forEach(budget -> require(
                budget.inFlight == spent.getOrDefault(budget, 0),
                "I2 a budget's counter equals the count",
                budget.site));
    }

    private void granted(Store store, Store.Permit permit, Instant now) {
        Store.Update update = permit.update;
        Store.Campaign campaign = update.campaign;
        Store.Node node = update.node;
        String what = "node %d in %s".formatted(node.number, campaign.name);
        require(
                campaign.inFlight <= campaign.spec.maxInFlight(),
                "I1 permits of a campaign are at most its limit",
                what);
        require(store.cap == 0 || store.inFlight <= store.cap, "I1 permits of the tenant are at most its cap", what);
        String path = script.site(node.number).path();
        for (Store.Budget budget : store.budgets) {
            require(
                    !(path + "/").startsWith(budget.site + "/")
                            || permit.budgets.contains(budget) && budget.inFlight <= budget.most,
                    "I1 permits of a subtree are at most its budget",
                    what);
        }
        boolean leave = campaign.override != null && campaign.override.holdsAt(now);
        require(leave || isOpen(node.number, now), "I3 a permit is granted in a window", what + " at " + now);
        require(
                leave
                        || isOpen(
                                node.number,
                                permit.validUntil.plus(Script.GUARD_TIME).minusMillis(1)),
                "I3 a permit ends before its window by the guard time",
                what);
        require(
                store.freezes.stream().noneMatch(it -> !now.isBefore(it.from()) && now.isBefore(it.until())),
                "I3 a freeze wins",
                what);
        require(
                !permit.validUntil.isAfter(now.plus(campaign.spec.permitLimit())),
                "I3 a permit is no longer than the campaign allows",
                what);
        require(campaign.state == CampaignState.RUNNING, "I6 no permit while the campaign does not run", what);
        require(
                campaign.held.stream()
                        .noneMatch(held -> held.name().equals(script.hardware(node.number))
                                || held.name().equals(path)),
                "I6 no permit for a cohort that is held",
                what);
        require(node.state == NodeState.ACTIVE, "I9 no permit for a node that is shut out", what);
        require(
                store.images.get(campaign.image) == ImageState.PUBLISHED,
                "I10 no permit for an image that was withdrawn",
                what);
        require(
                campaign.spec.allowDowngrade()
                        || node.running < 0
                        || Script.RELEASES[node.running] <= Script.RELEASES[campaign.image],
                "I10 no permit for a downgrade",
                what);
        require(
                !rolledBack.getOrDefault(node.number, Set.of()).contains(campaign.image),
                "I10 no permit for what rolled back",
                what);
        require(
                store.audit.stream()
                                .filter(it -> permit.id.toString().equals(it.detail()))
                                .count()
                        == 1,
                "I12 a permit has one audit event",
                what);
        for (int wave = 0; wave < update.wave; wave++) {
            require(campaign.waves.get(wave).passedAt != null, "I14 no permit before the wave's turn", what);
        }
        require(campaign.waves.get(update.wave).skippedAt == null, "I6 no permit in a wave that is skipped", what);
        require(
                isSkewed || update.notBefore == null || !now.isBefore(update.notBefore),
                "A further attempt waits for its time",
                what);
    }

    /** Windows as a day and a clock, without the manager's recurrences. */
    final boolean isOpen(int node, Instant at) {
        Script.Site site = script.site(node);
        for (Script.Daily daily : script.windows()) {
            ZoneId zone = daily.zone(site);
            LocalDate today = at.atZone(zone).toLocalDate();
            for (int day = -1; day <= 1 && daily.isOf(site); day++) {
                Instant opens = first(today.plusDays(day).atTime(daily.opens()), zone);
                if (!at.isBefore(opens) && at.isBefore(opens.plus(daily.lasts()))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Instant first(LocalDateTime time, ZoneId zone) {
        ZoneOffsetTransition gap = zone.getRules().getTransition(time);
        return gap != null && gap.isGap()
                ? gap.getInstant()
                : time.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
    }
}
