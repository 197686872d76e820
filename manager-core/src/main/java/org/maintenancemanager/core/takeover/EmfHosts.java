package org.maintenancemanager.core.takeover;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.CreatedNode;
import org.maintenancemanager.api.admin.EmfImport;
import org.maintenancemanager.api.admin.EmfImportItem;
import org.maintenancemanager.api.admin.EmfImportKind;
import org.maintenancemanager.api.admin.NewNode;
import org.maintenancemanager.core.client.NodeClients;
import org.maintenancemanager.core.node.NodeCreation;
import org.maintenancemanager.core.node.NodeCreation.Running;
import org.maintenancemanager.core.query.FieldProblem;
import org.springframework.stereotype.Component;

/** Makes nodes of hosts, known by their UUIDs, with the image that the old manager knew them to run. */
@Component
class EmfHosts {
    private static final int LONGEST_NAME = 200;
    private static final int MOST_LABELS = 64;
    private static final String PROVISIONING = "Provisioning is not this manager's.";

    private final NodeCreation creation;
    private final NodeClients clients;

    EmfHosts(NodeCreation creation, NodeClients clients) {
        this.creation = creation;
        this.clients = clients;
    }

    /** @param nodes by the host's old id */
    record Taken(List<EmfImportItem> items, Map<String, UUID> nodes) {}

    private record Candidate(
            OldItem item, UUID guid, NewNode node, @Nullable Running running) {}

    Taken take(EmfImport wanted, OldPlaces places) {
        List<EmfImportItem> items = new ArrayList<>();
        Map<String, UUID> nodes = new HashMap<>();
        Map<UUID, OldItem> byGuid = new LinkedHashMap<>();
        List<Map<String, Object>> hosts = EmfTakeover.given(wanted.hosts());
        for (int i = 0; i < hosts.size(); i++) {
            OldItem item = OldItem.of(EmfImportKind.NODE, hosts.get(i), "/hosts/" + i, "resourceId");
            UUID guid = guid(item.text("uuid"));
            String refusal = refusal(item, guid);
            if (refusal == null && guid != null && byGuid.putIfAbsent(guid, item) != null) {
                refusal = "Its uuid %s stands twice in this call.".formatted(guid);
            }
            if (refusal != null) {
                items.add(item.notKept(refusal));
            }
        }
        Map<UUID, NodeClients.Named> known = clients.byHost(byGuid.keySet());
        Set<String> names = new HashSet<>(creation.taken(
                byGuid.values().stream().map(EmfHosts::wantedName).distinct().toList()));
        List<Candidate> candidates = new ArrayList<>();
        byGuid.forEach((guid, item) -> {
            NodeClients.Named here = known.get(guid);
            if (here != null) {
                items.add(item.existed(here.node().value(), here.name()));
                nodes.put(item.from(), here.node().value());
                return;
            }
            Candidate candidate = candidate(item, guid, wanted, places, names);
            List<FieldProblem> problems = NodeCreation.problems(candidate.node());
            if (problems.isEmpty()) {
                candidates.add(candidate);
            } else {
                items.add(item.notKept("As a node its %s %s."
                        .formatted(
                                problems.getFirst().pointer().substring(1),
                                problems.getFirst().message())));
            }
        });
        if (!candidates.isEmpty()) {
            create(candidates, items, nodes);
        }
        return new Taken(items, nodes);
    }

    private void create(List<Candidate> candidates, List<EmfImportItem> items, Map<String, UUID> nodes) {
        List<CreatedNode> created =
                creation.create(candidates.stream().map(Candidate::node).toList());
        Map<UUID, UUID> guids = new LinkedHashMap<>();
        Map<UUID, Running> running = new LinkedHashMap<>();
        for (int i = 0; i < created.size(); i++) {
            Candidate candidate = candidates.get(i);
            UUID node = created.get(i).id();
            guids.put(node, candidate.guid());
            if (candidate.running() != null) {
                running.put(node, candidate.running());
            }
            nodes.put(candidate.item().from(), node);
            items.add(candidate.item().made(node, created.get(i).name()));
        }
        clients.nameHosts(guids);
        creation.run(running);
    }

    private static @Nullable String refusal(OldItem item, @Nullable UUID guid) {
        String state = item.text("currentState", "desiredState");
        if (state != null && (state.endsWith("_DELETED") || state.endsWith("_UNTRUSTED"))) {
            return "Its state is %s.".formatted(state);
        }
        if (guid == null) {
            String said = item.text("uuid");
            return said == null
                    ? "It has no uuid, by which its agent is known."
                    : "Its uuid %s is none.".formatted(OldItem.quoted(said));
        }
        return null;
    }

    private static @Nullable UUID guid(@Nullable String text) {
        try {
            return text == null || text.length() != 36 ? null : UUID.fromString(text.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    private static String wantedName(OldItem item) {
        String name = item.text("name", "hostname", "resourceId", "uuid");
        String line = String.valueOf(name).replaceAll("\\p{Cc}+", " ").strip();
        return line.length() <= LONGEST_NAME
                ? line
                : line.substring(0, LONGEST_NAME).strip();
    }

    private static Candidate candidate(OldItem item, UUID guid, EmfImport wanted, OldPlaces places, Set<String> names) {
        String name = wantedName(item);
        if (!names.add(name)) {
            String own = name.substring(0, Math.min(name.length(), LONGEST_NAME - 37)) + "~" + guid;
            item.lose("name", "Another node is named %s already.".formatted(OldItem.quoted(name)));
            name = own;
            names.add(own);
        }
        Map<String, Object> instance = item.object("instance");
        Map<String, Object> system = system(instance, "currentOs", "os");
        return new Candidate(
                item,
                guid,
                new NewNode(
                        name,
                        site(item, wanted, places),
                        null,
                        architecture(item, system, wanted),
                        hardware(item),
                        null,
                        labels(item),
                        hardwareIds(item),
                        null),
                running(item, instance, system));
    }

    private static String site(OldItem item, EmfImport wanted, OldPlaces places) {
        String id = OldItem.text(item.object("site"), "resourceId", "siteID", "siteId");
        if (id == null) {
            id = item.text("siteId");
        }
        String path = places.path(id);
        if (path != null) {
            return path;
        }
        String base = String.valueOf(wanted.site());
        item.lose(
                "site",
                id == null
                        ? "It was at no site; it is at %s.".formatted(base)
                        : "Nothing is said of %s, so it is at %s; say its path under /sites.".formatted(id, base));
        return base;
    }

    private static String architecture(OldItem item, @Nullable Map<String, Object> system, EmfImport wanted) {
        String said = item.text("cpuArchitecture");
        if (said == null) {
            said = OldItem.text(system, "architecture");
        }
        if (said == null) {
            item.lose("cpuArchitecture", "It is not known; taken to be %s.".formatted(Architectures.assumed(wanted)));
        }
        return Architectures.of(said, wanted);
    }

    private static @Nullable String hardware(OldItem item) {
        String product = item.text("productName");
        if (product == null || product.length() <= 100) {
            return product;
        }
        item.lose("productName", "It is longer than 100 letters.");
        return null;
    }

    private static Map<String, String> labels(OldItem item) {
        Map<String, String> labels = item.metadata("inheritedMetadata");
        labels.putAll(item.metadata("metadata"));
        Map<String, String> kept = new LinkedHashMap<>();
        labels.forEach((key, value) -> {
            List<FieldProblem> problems = NodeCreation.labelProblems(key, value);
            if (!problems.isEmpty()) {
                item.lose(
                        "metadata",
                        "The label %s: %s."
                                .formatted(
                                        OldItem.quoted(key), problems.getFirst().message()));
            } else if (kept.size() >= MOST_LABELS) {
                item.lose("metadata", "The label %s: a node has %d at most.".formatted(key, MOST_LABELS));
            } else {
                kept.put(key, value);
            }
        });
        return kept;
    }

    private static Map<String, String> hardwareIds(OldItem item) {
        Map<String, String> ids = new LinkedHashMap<>();
        String serial = item.text("serialNumber");
        if (serial != null && NodeCreation.labelProblems("serial", serial).isEmpty()) {
            ids.put("serial", serial);
        } else if (serial != null) {
            item.lose("serialNumber", "It is no serial number that can be kept.");
        }
        return ids;
    }

    private static @Nullable Map<String, Object> system(@Nullable Map<String, Object> instance, String... names) {
        for (String name : names) {
            Map<String, Object> system = OldItem.object(instance, name);
            if (system != null) {
                return system;
            }
        }
        return null;
    }

    private static @Nullable Running running(
            OldItem item, @Nullable Map<String, Object> instance, @Nullable Map<String, Object> system) {
        item.loseIfSaid("note", "Nodes have no notes; make a label of it.");
        item.loseIfSaid("provider", PROVISIONING);
        if (instance == null || system == null) {
            return null;
        }
        Map<String, Object> desired = system(instance, "desiredOs");
        String wanted = OldItem.text(desired, "sha256");
        String sha256 = OldItem.text(system, "sha256");
        if (wanted != null && !wanted.equals(sha256)) {
            item.lose(
                    "instance.desiredOs",
                    "An update to %s was wanted; start a campaign for it."
                            .formatted(OldItem.text(desired, "profileVersion", "imageId", "name")));
        }
        for (String policy : List.of("updatePolicy", "osUpdatePolicy")) {
            if (OldItem.object(instance, policy) != null) {
                item.lose("instance." + policy, "Which image a node gets is a campaign's here.");
            }
        }
        if (sha256 == null || !sha256.matches("[0-9a-fA-F]{64}")) {
            return null;
        }
        String version = OldItem.text(system, "profileVersion", "imageId");
        return new Running(Objects.requireNonNullElse(version, "unknown"), sha256.toLowerCase(Locale.ROOT));
    }
}
