package org.maintenancemanager.simulate;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** A backup: a store that shares nothing with the one that it was made of but what never changes. */
final class Copies {
    private final Store from;
    private final Store to = new Store();
    private final Map<Store.Node, Store.Node> nodes = new HashMap<>();
    private final Map<Store.Campaign, Store.Campaign> campaigns = new HashMap<>();
    private final Map<Store.Update, Store.Update> updates = new HashMap<>();
    private final Map<Store.Budget, Store.Budget> budgets = new HashMap<>();

    private Copies(Store from) {
        this.from = from;
    }

    static Store of(Store store) {
        return new Copies(store).copy();
    }

    private Store copy() {
        to.epoch = from.epoch;
        to.versions = from.versions;
        to.windowVersion = from.windowVersion;
        to.ids = from.ids;
        to.cap = from.cap;
        to.inFlight = from.inFlight;
        to.freezes.addAll(from.freezes);
        to.images.addAll(from.images);
        to.audit.addAll(from.audit);
        to.history.addAll(from.history);
        for (Store.Budget budget : from.budgets) {
            var copy = new Store.Budget(budget.site, budget.most);
            copy.inFlight = budget.inFlight;
            budgets.put(budget, copy);
            to.budgets.add(copy);
        }
        from.nodes.forEach(this::copy);
        from.campaigns.values().forEach(this::copy);
        from.updates.values().forEach(this::copy);
        from.permits.values().forEach(this::copy);
        return to;
    }

    private void copy(Store.Node node) {
        var copy = new Store.Node(node.number, node.id, node.changedAt);
        copy.state = node.state;
        copy.version = node.version;
        copy.running = node.running;
        copy.blocked.addAll(node.blocked);
        copy.acked = node.acked;
        copy.waiting = new TreeMap<>(node.waiting);
        copy.reports.putAll(node.reports);
        copy.seenAt = node.seenAt;
        nodes.put(node, copy);
        to.nodes.add(copy);
    }

    private void copy(Store.Campaign campaign) {
        var copy = new Store.Campaign(campaign.name, campaign.id, campaign.image, campaign.spec, campaign.rollbackOf);
        copy.state = campaign.state;
        copy.reason = campaign.reason;
        copy.startedAt = campaign.startedAt;
        copy.endedAt = campaign.endedAt;
        copy.joinedUpto = campaign.joinedUpto;
        copy.joinedFullyAt = campaign.joinedFullyAt;
        copy.override = campaign.override;
        copy.granting = campaign.granting;
        copy.inFlight = campaign.inFlight;
        copy.failures = campaign.failures;
        copy.baseline = campaign.baseline;
        copy.suspicion = campaign.suspicion;
        copy.evidence = campaign.evidence;
        copy(campaign.counted, copy.counted);
        copy(campaign.total, copy.total);
        campaign.cells.forEach(
                (cell, tallied) -> copy(tallied, copy.cells.computeIfAbsent(cell, it -> new Store.Tallied())));
        campaign.cohorts.forEach((kind, names) -> names.forEach((name, tallied) -> copy(
                tallied,
                copy.cohorts
                        .computeIfAbsent(kind, it -> new TreeMap<>())
                        .computeIfAbsent(name, it -> new Store.Tallied()))));
        copy.held.addAll(campaign.held);
        copy.authors.addAll(campaign.authors);
        for (int i = 0; i < campaign.waves.size(); i++) {
            Store.Wave wave = campaign.waves.get(i);
            Store.Wave other = copy.waves.get(i);
            other.openedAt = wave.openedAt;
            other.passedAt = wave.passedAt;
            other.skippedAt = wave.skippedAt;
            other.reachedAt = wave.reachedAt;
            other.unreachable = wave.unreachable;
            other.promoted = wave.promoted;
            other.counts.putAll(wave.counts);
        }
        for (Store.Question asked : campaign.questions) {
            var other = new Store.Question(asked.kind, asked.wave, asked.askedBy, asked.hours);
            other.answer = asked.answer;
            other.answeredBy = asked.answeredBy;
            copy.questions.add(other);
        }
        campaigns.put(campaign, copy);
        to.campaigns.put(copy.name, copy);
    }

    private static void copy(Store.Tallied from, Store.Tallied to) {
        to.finished = from.finished;
        to.failures = from.failures;
    }

    private void copy(Store.Update update) {
        var copy = new Store.Update(
                update.id,
                nodes.get(update.node),
                campaigns.get(update.campaign),
                update.wave,
                update.attempt,
                update.from,
                update.state,
                update.since);
        copy.queued = update.queued;
        copy.version = update.version;
        copy.notBefore = update.notBefore;
        copy.phase = update.phase;
        copy.code = update.code;
        copy.rebootBoot = update.rebootBoot;
        updates.put(update, copy);
        to.updates.put(copy.id, copy);
    }

    private void copy(Store.Permit permit) {
        var copy = new Store.Permit(
                permit.id,
                updates.get(permit.update),
                permit.grantedAt,
                permit.validUntil,
                permit.lostAt,
                permit.windowEnd,
                permit.budgets.stream().map(budgets::get).toList());
        copy.endedAt = permit.endedAt;
        copy.outcome = permit.outcome;
        if (permit.update.permit == permit) {
            copy.update.permit = copy;
        }
        to.permits.put(copy.id, copy);
    }
}
