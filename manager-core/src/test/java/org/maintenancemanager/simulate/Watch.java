package org.maintenancemanager.simulate;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.node.NodeState;

/** The invariants of the domain, counted anew after each step, with windows written a second time. */
class Watch {
    /** An invariant does not hold. */
    @SuppressWarnings("serial")
    static final class Broken extends RuntimeException {
        Broken(String invariant, Object what) {
            super(invariant + ": " + what);
        }
    }

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

    Watch(Script script, Model model) {
        this.script = script;
        this.model = model;
    }

    void acknowledged(int node, long upTo) {
        acknowledged.put(node, upTo);
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
        }
    }

    void after(Script.Act act, boolean done) {
        if (act.verb() == Script.Verb.RESTORE) {
            permits.addAll(model.store.permits.keySet());
            model.store
                    .campaigns
                    .values()
                    .forEach(campaign -> require(
                            !done || campaign.state != CampaignState.RUNNING,
                            "I7 after a restore campaigns are paused",
                            campaign.name));
        }
    }

    private static void require(boolean holds, String invariant, Object what) {
        if (!holds) {
            throw new Broken(invariant, what);
        }
    }

    void check(Instant now) {
        Store store = model.store;
        counters(store);
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
        for (Store.Node node : store.nodes) {
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
            campaign.questions.forEach(asked -> require(
                    !"APPROVED".equals(asked.answer)
                            || !asked.askedBy.equals(asked.answeredBy) && !campaign.authors.contains(asked.answeredBy),
                    "Nobody approves what they asked for or said",
                    campaign.name));
        }
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
        require(leave || isOpen(node, now), "I3 a permit is granted in a window", what + " at " + now);
        require(
                leave || isOpen(node, permit.validUntil.plus(Script.GUARD_TIME).minusMillis(1)),
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
        require(!node.blocked.contains(campaign.image), "I10 no permit for what rolled back", what);
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
                update.notBefore == null || !now.isBefore(update.notBefore),
                "A further attempt waits for its time",
                what);
    }

    /** Windows as a day and a clock, without the manager's recurrences. */
    private boolean isOpen(Store.Node node, Instant at) {
        Script.Site site = script.site(node.number);
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
