package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.maintenancemanager.api.node.UpdateState;
import tools.jackson.databind.JsonNode;

/**
 * The nodes that the bench made: their credentials, their counters, and the bytes of what they ask. They lie on ten sites
 * under {@code /bench}. Labels: {@code canary} one in a thousand, {@code tenth} the first tenth, {@code group} the number
 * of the run that they grant permits in.
 */
final class Fleet {
    private static final String ROOT_SITE = "/bench";
    private static final int SITES = 10;
    static final int GROUPS = 4;

    /** Windows of the plan, of which each node has one. */
    static final int WINDOWS = 200;

    private static final int BULK = 10_000;

    private final String[] ids;
    private final String[] tokens;
    private final long[] sequence;
    private final String host;

    private Fleet(int size, String host) {
        this.ids = new String[size];
        this.tokens = new String[size];
        this.sequence = new long[size];
        this.host = host;
    }

    /** The sites, first the one above the others, which has no nodes. */
    static List<String> sitePaths() {
        List<String> paths = new ArrayList<>(List.of(ROOT_SITE));
        for (int site = 0; site < SITES; site++) {
            paths.add(sitePath(site));
        }
        return paths;
    }

    private static String sitePath(int site) {
        return ROOT_SITE + "/site-" + site;
    }

    static void createSites(AdminApi admin) throws IOException, InterruptedException {
        for (String path : sitePaths()) {
            admin.post("/api/v1/sites", Map.of("path", path, "name", path, "zone", "UTC"));
        }
    }

    /** Makes the nodes, each with a credential, 10,000 a call. */
    static Fleet create(AdminApi admin, ManagerProcess manager, int size) throws IOException, InterruptedException {
        var fleet = new Fleet(size, "127.0.0.1:" + manager.address().getPort());
        for (int first = 0; first < size; first += BULK) {
            List<Map<String, Object>> nodes = new ArrayList<>();
            for (int node = first; node < Math.min(size, first + BULK); node++) {
                nodes.add(Map.of(
                        "name",
                        String.format(Locale.ROOT, "bench-%06d", node),
                        "site",
                        sitePath(node % SITES),
                        "architecture",
                        "x86_64",
                        "labels",
                        labels(node, size),
                        "issueToken",
                        true));
            }
            int index = first;
            for (JsonNode created : admin.post("/api/v1/nodes", nodes)) {
                fleet.ids[index] = created.get("id").asString();
                fleet.tokens[index] = created.get("token").asString();
                index++;
            }
        }
        return fleet;
    }

    private static Map<String, String> labels(int node, int size) {
        return Map.of(
                "canary", String.valueOf(node < Math.max(1, size / 1000)),
                "tenth", String.valueOf(node < size / 10),
                "group", String.valueOf(group(node)),
                "window", String.valueOf(node % WINDOWS));
    }

    static int group(int node) {
        return node % GROUPS;
    }

    int size() {
        return ids.length;
    }

    String token(int node) {
        return tokens[node];
    }

    /** A poll that knows of no assignment. */
    byte[] poll(int node) {
        return request(
                node,
                "/node/v1/poll",
                "{\"bootId\":\"%s\",\"lastSeq\":%d,\"knownVersion\":0}".formatted(ids[node], sequence[node]));
    }

    /** The polls of all nodes, made beforehand. */
    byte[][] polls() {
        byte[][] polls = new byte[size()][];
        for (int node = 0; node < polls.length; node++) {
            polls[node] = poll(node);
        }
        return polls;
    }

    /** A report with the node's next numbers: one transition for each state. */
    byte[] report(int node, String updateId, UpdateState... states) {
        var reports = new StringBuilder("{\"reports\":[");
        for (int i = 0; i < states.length; i++) {
            sequence[node]++;
            reports.append(i == 0 ? "" : ",")
                    .append("{\"bootId\":\"")
                    .append(ids[node])
                    .append("\",\"seq\":")
                    .append(sequence[node])
                    .append(",\"updateId\":\"")
                    .append(updateId)
                    .append("\",\"state\":\"")
                    .append(states[i])
                    .append("\"}");
        }
        return request(node, "/node/v1/reports", reports.append("]}").toString());
    }

    private byte[] request(int node, String path, String body) {
        return ("POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + tokens[node]
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
