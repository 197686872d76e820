package org.maintenancemanager.core.ddi;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.update.KnownNode;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What DDI clients tell of themselves, and whether they are asked for it. */
@Component
public class DdiAttributes {
    private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

    /** As much as a node may say of itself in our own API. What is beyond is left out, since these clients never ask why. */
    private static final int MOST = 64;

    private static final int LONGEST_KEY = 63;
    private static final int LONGEST_VALUE = 200;

    /** Names under which clients tell the version that they run, the most telling first. */
    private static final List<String> VERSIONS = List.of(
            "image_version", "os_version", "sw_version", "software_version", "fw_version", "bundle_version", "version");

    private final JdbcClient jdbc;
    private final ChangeNotes notes;
    private final JsonMapper json;

    DdiAttributes(JdbcClient jdbc, ChangeNotes notes, JsonMapper json) {
        this.jdbc = jdbc;
        this.notes = notes;
        this.json = json;
    }

    /** What happens to the attributes that were told before. */
    public enum Mode {
        MERGE,
        REPLACE,
        REMOVE
    }

    /** The version that runs, if the attributes say it. */
    static @Nullable String version(Map<String, String> attributes) {
        for (String name : VERSIONS) {
            for (Map.Entry<String, String> attribute : attributes.entrySet()) {
                if (attribute.getKey().equalsIgnoreCase(name)
                        && !attribute.getValue().isBlank()) {
                    return attribute.getValue().strip();
                }
            }
        }
        return null;
    }

    /** @return all attributes from now on */
    @Transactional
    public Map<String, String> write(KnownNode node, Mode mode, Map<String, String> told) {
        Map<String, String> before = json.readValue(
                jdbc.sql("select node_labels from node where tenant_id = :tenant and id = :node for no key update")
                        .param("tenant", node.tenant().value())
                        .param("node", node.id().value())
                        .query(String.class)
                        .single(),
                LABELS);
        Map<String, String> after = changed(before, mode, told);
        if (!after.equals(before)) {
            jdbc.sql("""
                            update node set node_labels = cast(:labels as jsonb), updated_at = now()
                            where tenant_id = :tenant and id = :node
                            """)
                    .param("labels", json.writeValueAsString(after))
                    .param("tenant", node.tenant().value())
                    .param("node", node.id().value())
                    .update();
        }
        wantAt(node, "null");
        return after;
    }

    static Map<String, String> changed(Map<String, String> before, Mode mode, Map<String, String> told) {
        Map<String, String> after = new TreeMap<>(mode == Mode.REPLACE ? Map.of() : before);
        told.forEach((key, value) -> {
            if (mode == Mode.REMOVE) {
                after.remove(key);
            } else if (!key.isEmpty()
                    && key.length() <= LONGEST_KEY
                    && (after.size() < MOST || after.containsKey(key))) {
                String clean = value.replace("\0", "");
                after.put(key.replace("\0", ""), clean.substring(0, Math.min(clean.length(), LONGEST_VALUE)));
            }
        });
        return after;
    }

    /** Asks with the next poll. */
    @Transactional
    public void want(KnownNode node) {
        wantAt(node, "now()");
    }

    /** Asks again, but not with every poll. */
    @Transactional
    public void wantLater(KnownNode node) {
        wantAt(node, "now() + interval '1 minute'");
    }

    private void wantAt(KnownNode node, String when) {
        jdbc.sql("""
                        insert into node_client as known (tenant_id, node_id, attributes_wanted_at)
                        values (:tenant, :node, %1$s)
                        on conflict (tenant_id, node_id) do update
                        set attributes_wanted_at = %1$s, updated_at = now()
                        """.formatted(when))
                .param("tenant", node.tenant().value())
                .param("node", node.id().value())
                .update();
        notes.nodesChanged(node.tenant(), List.of(node.id().value()));
    }

    @Transactional
    public void acknowledgeCancel(KnownNode node, int action) {
        jdbc.sql("""
                        update node_client set canceled_action = :action, updated_at = now()
                        where tenant_id = :tenant and node_id = :node
                        """)
                .param("action", action)
                .param("tenant", node.tenant().value())
                .param("node", node.id().value())
                .update();
        notes.nodesChanged(node.tenant(), List.of(node.id().value()));
    }
}
