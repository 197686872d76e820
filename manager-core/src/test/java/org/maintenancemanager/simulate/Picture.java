package org.maintenancemanager.simulate;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a manager holds at the end, in words that are the same for the model and for PostgreSQL. */
final class Picture {
    private Picture() {}

    static Map<String, String> of(Script script, Store store) {
        Map<String, String> picture = new TreeMap<>();
        store.campaigns.values().forEach(campaign -> {
            picture.put(
                    campaign.name,
                    "%s %s in flight %d failures %d waves %s"
                            .formatted(
                                    campaign.state,
                                    campaign.reason,
                                    campaign.inFlight,
                                    campaign.failures,
                                    campaign.waves.stream()
                                            .map(wave -> (wave.openedAt == null ? "-" : "o")
                                                    + (wave.passedAt == null ? "-" : "p")
                                                    + (wave.skippedAt == null ? "-" : "s"))
                                            .toList()));
            if (campaign.startedAt != null) {
                picture.put(
                        campaign.name + " guard",
                        "%d of %d, all %d of %d, held %s"
                                .formatted(
                                        campaign.counted.failures,
                                        campaign.counted.finished,
                                        campaign.total.failures,
                                        campaign.total.finished,
                                        campaign.held.stream()
                                                .map(held -> held.kind() + " " + held.name())
                                                .sorted()
                                                .toList()));
            }
        });
        store.updates
                .values()
                .forEach(update -> picture.put(
                        "node %d in %s attempt %d".formatted(update.node.number, update.campaign.name, update.attempt),
                        "%s %s %s wave %d%s%s"
                                .formatted(
                                        update.state,
                                        update.phase,
                                        update.code,
                                        update.wave,
                                        update.queued ? " queued" : "",
                                        update.permit == null ? "" : " permit")));
        store.nodes.forEach(node -> picture.put(
                "node " + node.number,
                "%s acked %d reports %d blocked %s runs %d"
                        .formatted(node.state, node.acked, node.reports.size(), node.blocked, node.running)));
        picture.put("tenant", "in flight " + store.inFlight);
        store.budgets.forEach(budget -> picture.put("budget " + budget.site, "in flight " + budget.inFlight));
        List<Store.Permit> permits = store.permits.values().stream()
                .sorted(Comparator.comparing(permit -> permit.grantedAt))
                .toList();
        picture.put(
                "permits",
                permits.stream()
                        .map(permit -> "node %d in %s at %s: %s"
                                .formatted(
                                        permit.update.node.number,
                                        permit.update.campaign.name,
                                        permit.grantedAt.truncatedTo(java.time.temporal.ChronoUnit.MILLIS),
                                        permit.outcome))
                        .collect(Collectors.joining("\n")));
        return picture;
    }
}
