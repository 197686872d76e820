package org.maintenancemanager.core.update;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.api.node.SlotState;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Writes what nodes say they are, and draws the conclusions that their reports left out. */
@Component
class FactsIntake {
    private final JdbcClient jdbc;
    private final JsonMapper json;

    FactsIntake(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** @return the nodes of which something changed */
    @Transactional(propagation = Propagation.MANDATORY)
    public Set<UUID> write(TenantId tenant, Map<UUID, NodeFacts> told) {
        Set<UUID> changed = new HashSet<>();
        if (told.isEmpty()) {
            return changed;
        }
        writeNodes(tenant, told, changed);
        writeSlots(tenant, told, changed);
        return changed;
    }

    /** @param updates the updates under way at these nodes, locked */
    static List<Change> conclusions(Map<UUID, NodeFacts> told, Collection<ReportBatch.Standing> updates) {
        List<Change> conclusions = new ArrayList<>();
        for (ReportBatch.Standing update : updates) {
            NodeFacts facts = told.get(update.node);
            Change conclusion = facts == null || update.state.isTerminal() ? null : conclude(update, facts);
            if (conclusion != null) {
                conclusions.add(conclusion);
            }
        }
        return conclusions;
    }

    /** What the running image proves about the update that is under way. */
    static @Nullable Change conclude(ReportBatch.Standing update, NodeFacts facts) {
        String running = running(facts);
        if (running == null) {
            return null;
        }
        boolean rebooted = facts.bootId() != null
                && update.rebootBootId != null
                && !facts.bootId().equals(update.rebootBootId);
        if (rebooted
                && (update.state == UpdateState.REBOOTING || update.state == UpdateState.TRIAL)
                && running.equals(update.fromSha256)
                && !running.equals(update.imageSha256)) {
            return update.move(
                    UpdateState.ROLLED_BACK,
                    null,
                    null,
                    "SILENT_ROLLBACK",
                    "The node runs its old image after the reboot.",
                    null,
                    Change.Cause.FACTS,
                    "the old image runs in a new boot");
        }
        if (running.equals(update.imageSha256)
                && isConfirmed(facts)
                && (update.state == UpdateState.OFFERED
                        || update.state == UpdateState.DOWNLOADING
                        || update.state == UpdateState.DOWNLOADED && update.permit == null)) {
            return update.move(
                    UpdateState.SKIPPED,
                    null,
                    null,
                    "ALREADY_RUNNING",
                    null,
                    null,
                    Change.Cause.FACTS,
                    "the image runs already");
        }
        return null;
    }

    private static @Nullable String running(NodeFacts facts) {
        return activeSlot(facts) instanceof Slot slot ? slot.imageSha256() : null;
    }

    private static boolean isConfirmed(NodeFacts facts) {
        return activeSlot(facts) instanceof Slot slot && slot.state() == SlotState.ACTIVE;
    }

    private static @Nullable Slot activeSlot(NodeFacts facts) {
        if (facts.activeSlot() == null || facts.slots() == null) {
            return null;
        }
        return facts.slots().stream()
                .filter(slot -> slot.name() == facts.activeSlot())
                .findFirst()
                .orElse(null);
    }

    private void writeNodes(TenantId tenant, Map<UUID, NodeFacts> told, Set<UUID> changed) {
        List<Map.Entry<UUID, NodeFacts>> rows = List.copyOf(told.entrySet());
        changed.addAll(jdbc.sql("""
                        update node n
                        set architecture = coalesce(told.architecture, n.architecture),
                            hardware = coalesce(told.hardware, n.hardware),
                            client = coalesce(told.client, n.client),
                            node_labels = coalesce(told.labels, n.node_labels),
                            updated_at = now()
                        from unnest(:nodes::uuid[], :architectures::text[], :hardware::text[], :clients::text[],
                                    :labels::jsonb[]) as told (id, architecture, hardware, client, labels)
                        where n.tenant_id = :tenant and n.id = told.id
                          and (told.architecture <> n.architecture
                               or told.hardware is distinct from n.hardware and told.hardware is not null
                               or told.client is distinct from n.client and told.client is not null
                               or told.labels <> n.node_labels)
                        returning n.id
                        """)
                .param("tenant", tenant.value())
                .param("nodes", Ledger.texts(rows, Map.Entry::getKey))
                .param("architectures", Ledger.texts(rows, row -> row.getValue().architecture()))
                .param("hardware", Ledger.texts(rows, row -> row.getValue().hardware()))
                .param("clients", Ledger.texts(rows, row -> row.getValue().client()))
                .param(
                        "labels",
                        Ledger.texts(
                                rows,
                                row -> row.getValue().labels() == null
                                        ? null
                                        : json.writeValueAsString(row.getValue().labels())))
                .query(UUID.class)
                .list());
    }

    private record SlotRow(UUID node, Slot slot) {}

    private void writeSlots(TenantId tenant, Map<UUID, NodeFacts> told, Set<UUID> changed) {
        List<SlotRow> rows = new ArrayList<>();
        told.forEach((node, facts) -> {
            if (facts.slots() != null) {
                // One row a slot, whatever the node repeats.
                Map<Object, Slot> slots = new java.util.TreeMap<>();
                facts.slots().forEach(slot -> slots.put(slot.name(), slot));
                slots.values().forEach(slot -> rows.add(new SlotRow(node, slot)));
            }
        });
        if (rows.isEmpty()) {
            return;
        }
        changed.addAll(jdbc
                .sql("""
                        insert into node_slot as known (tenant_id, node_id, slot, state, image_version, image_sha256)
                        select :tenant, node_id, slot, state, image_version, image_sha256
                        from unnest(:nodes::uuid[], :slots::text[], :states::text[], :versions::text[], :digests::text[])
                            as told (node_id, slot, state, image_version, image_sha256)
                        order by node_id, slot
                        on conflict (tenant_id, node_id, slot) do update
                        set state = excluded.state, image_version = excluded.image_version,
                            image_sha256 = excluded.image_sha256, updated_at = now()
                        where (known.state, known.image_version, known.image_sha256)
                              is distinct from (excluded.state, excluded.image_version, excluded.image_sha256)
                        returning node_id
                        """)
                .param("tenant", tenant.value())
                .param("nodes", Ledger.texts(rows, SlotRow::node))
                .param("slots", Ledger.texts(rows, row -> row.slot().name()))
                .param("states", Ledger.texts(rows, row -> row.slot().state()))
                .param("versions", Ledger.texts(rows, row -> row.slot().imageVersion()))
                .param("digests", Ledger.texts(rows, row -> row.slot().imageSha256()))
                .query(UUID.class)
                .list()
                .stream()
                .filter(Objects::nonNull)
                .toList());
    }
}
