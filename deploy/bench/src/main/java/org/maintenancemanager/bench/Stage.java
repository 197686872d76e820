package org.maintenancemanager.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * A running manager with its fleet, on which figures are taken one after the other.
 *
 * @param database of the manager
 * @param connections connections of the load
 * @param seconds how long one run lasts
 * @param runs how many runs a figure has
 */
record Stage(
        PostgresServer postgres,
        String database,
        ManagerProcess manager,
        AdminApi admin,
        Fleet fleet,
        int connections,
        Duration seconds,
        int runs,
        Scoreboard scoreboard) {
    /** Longer than a poll answered from memory may lag behind the database. */
    static final Duration SETTLED = Duration.ofSeconds(3);

    private static final Duration CANCEL_LIMIT = Duration.ofMinutes(5);

    static final int NO_LIMIT = 1_000_000;

    /** The same with so many connections. */
    Stage with(int connections) {
        return new Stage(postgres, database, manager, admin, fleet, connections, seconds, runs, scoreboard);
    }

    /** The same, whose figures go there. */
    Stage scoredOn(Scoreboard scoreboard) {
        return new Stage(postgres, database, manager, admin, fleet, connections, seconds, runs, scoreboard);
    }

    /** Makes a campaign in draft, with an image of its own. */
    String createCampaign(Map<String, ?> members, List<Map<String, Object>> waves)
            throws IOException, InterruptedException {
        var campaign = new HashMap<String, Object>(Map.of(
                "name",
                "bench-" + UUID.randomUUID(),
                "imageId",
                publishImage(),
                "maxInFlight",
                NO_LIMIT,
                "waves",
                waves));
        campaign.putAll(members);
        return admin.post("/api/v1/campaigns", campaign).get("id").asString();
    }

    /** An image for the fleet's architecture. Nobody downloads it, so it has no bytes. */
    private String publishImage() throws IOException, InterruptedException {
        JsonNode image = admin.post(
                "/api/v1/images",
                Map.of(
                        "family",
                        "bench",
                        "version",
                        UUID.randomUUID().toString(),
                        "releaseCounter",
                        2,
                        "architecture",
                        "x86_64",
                        "sizeBytes",
                        1_000_000,
                        "sha256",
                        "00".repeat(32),
                        "url",
                        "https://images.example/bench.img"));
        String id = image.get("id").asString();
        admin.post("/api/v1/images/" + id + ":publish");
        return id;
    }

    void start(String campaignId) throws IOException, InterruptedException {
        admin.post("/api/v1/campaigns/" + campaignId + ":start");
    }

    /** Aborts it, and waits until its updates are canceled but for those with a permit, so that others may begin. */
    void abort(String campaignId) throws IOException, InterruptedException {
        admin.post("/api/v1/campaigns/" + campaignId + ":abort");
        long deadline = System.nanoTime() + CANCEL_LIMIT.toNanos();
        while (postgres.any(database, """
                select 1 from node_update
                where campaign_id = '%s' and active and permit_id is null
                limit 1
                """.formatted(UUID.fromString(campaignId)))) {
            if (System.nanoTime() > deadline) {
                throw new IOException("updates of an aborted campaign are still active after " + CANCEL_LIMIT);
            }
            Thread.sleep(500);
        }
        settle();
    }

    /** Lets caches learn of the last change and the database write out what it holds. */
    void settle() throws InterruptedException {
        Thread.sleep(SETTLED);
        postgres.settle();
    }
}
