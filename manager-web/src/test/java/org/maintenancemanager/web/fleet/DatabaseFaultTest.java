package org.maintenancemanager.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.simulator.Fleet;
import org.maintenancemanager.simulator.NodeView;
import org.maintenancemanager.testing.FragileDatabase;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.ManagerUnderTest.EnrolledNode;
import org.quartz.Scheduler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** What a manager does while its database fails in several ways, and that it needs nobody's help afterwards. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseFaultTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int NODES = 40;
    private static final int REPORTERS = 4;

    /** How often PostgreSQL is stopped immediately; {@code -Dfaults.restarts=50} does it for longer. */
    private static final int RESTARTS = Integer.getInteger("faults.restarts", 5);

    private final String name = "fault-" + UUID.randomUUID();
    private @Nullable FragileDatabase fragile;
    private @Nullable ManagerUnderTest running;

    @BeforeAll
    void start() throws IOException {
        assumeTrue(FragileDatabase.isPossible(), "needs Linux, and as root unshare, to stop a PostgreSQL of its own");
        fragile = FragileDatabase.start();
        running = ManagerUnderTest.startOn(
                fragile.connect(),
                "spring.datasource.hikari.connection-timeout=1000",
                "manager.poll.interval=PT1S",
                "manager.node-api.polls-per-second=0",
                "manager.permit.guard-time=PT1S",
                "manager.presence.interval=PT1S",
                "manager.ticks.watch-interval=PT0.5S");
    }

    @AfterAll
    void end() throws IOException {
        if (fragile == null) {
            return;
        }
        try (FragileDatabase database = fragile) {
            database.startAgain();
            if (running != null) {
                running.context().close();
            }
        }
    }

    private FragileDatabase database() {
        return Objects.requireNonNull(fragile);
    }

    private ManagerUnderTest manager() {
        return Objects.requireNonNull(running);
    }

    /** Whatever another test did to it. */
    @BeforeEach
    void awaitHealth() {
        waiting("the manager is well").until(() -> status("/readyz") == 200 && isServed("/api/v1/sites"));
    }

    @Test
    void immediateRestartsUnderLoadLoseNoAcknowledgedReport(@TempDir Path directory) throws Exception {
        var operator = new Operator(manager().baseUrl(), manager().apiToken());
        operator.openPlant(8);
        String image = operator.image("2.0.0", 2);
        Fleet fleet = Fleet.builder()
                .manager(URI.create(manager().baseUrl()))
                .group("restart", NODES, operator.enrollmentToken(NODES), Map.of())
                .stateDirectory(directory.resolve("fleet"))
                .poll(Duration.ofSeconds(1))
                .installTime(Duration.ofMillis(200))
                .rebootTime(Duration.ofMillis(200))
                .trialTime(Duration.ofMillis(200))
                .seed(17)
                .start();
        List<Reporter> reporters = new ArrayList<>();
        try (fleet;
                var caller = new Caller()) {
            waiting("all are enrolled").until(() -> fleet.statistics().enrolled() == NODES);
            for (int i = 0; i < REPORTERS; i++) {
                reporters.add(new Reporter(newNode(name + "-reporter-" + i)));
            }
            String campaign = JSON.readTree(posted("/api/v1/campaigns", """
                            {"name": "%s", "imageId": "%s", "selector": "name==restart-*", "maxInFlight": 8,
                             "permitLimit": "PT10M", "neededTime": "PT2S", "bootDeadline": "PT10M",
                             "rules": {"guard": {"baseline": 0.3}}, "waves": [{"name": "all", "rest": true}]}
                            """.formatted(name, image)))
                    .get("id")
                    .asString();
            posted("/api/v1/campaigns/" + campaign + ":start", "");
            waiting("the campaign is under way").until(() -> fleet.statistics().confirmed() > 0);

            for (int restart = 0; restart < RESTARTS; restart++) {
                long before = acknowledged(reporters);
                waiting("reports are acknowledged").until(() -> acknowledged(reporters) > before);
                int refused = caller.refused.get();
                if (restart == 0) {
                    assertThat(fleet.statistics().confirmed())
                            .as("the campaign is in its middle")
                            .isLessThan(NODES);
                }
                database().stopImmediately();
                waiting("whoever needs the database is told to come later").until(() -> caller.refused.get() > refused);
                assertThat(status("/livez")).isEqualTo(200);
                database().startAgain();
                waiting("the manager is ready").until(() -> status("/readyz") == 200);
            }

            waiting("the campaign ends")
                    .ignoreExceptions()
                    .until(() -> operator.state(campaign).equals("COMPLETED"));
            caller.close();
            assertThat(caller.broken)
                    .as("answers other than success, or 503 with Retry-After")
                    .isEmpty();
        } finally {
            reporters.forEach(Reporter::close);
        }

        assertThat(states("restart-%")).containsOnly(Map.entry("CONFIRMED", NODES));
        for (Reporter reporter : reporters) {
            assertThat(reporter.broken)
                    .as("answers other than 200, or 503 with Retry-After")
                    .isEmpty();
            assertThat(storedReports(reporter.node.id(), reporter.acknowledged))
                    .as("reports up to the last that was acknowledged")
                    .isEqualTo(reporter.acknowledged);
        }
        Map<String, Long> stored = acknowledgedInDatabase();
        for (NodeView node : fleet.nodes()) {
            assertThat(stored.get(node.nodeId()))
                    .as("what %s knows to be acknowledged", node.name())
                    .isGreaterThanOrEqualTo(node.ackedSeq());
        }
        assertThat(failedCalls()).as("calls of nodes that were answered 500").isZero();
        assertThat(Invariants.broken(database().jdbc(), TenantId.DEFAULT)).isEmpty();
        waiting("the audit is chained again").until(this::isChained);
        assertThat(operator.get("/api/v1/audit:verify").get("intact").asBoolean())
                .isTrue();
    }

    @Test
    void readOnlyDatabaseTakesNothingAndRecoversAlone() {
        EnrolledNode node = newNode(name + "-reader");
        waiting("the node's first report is stored").until(() -> report(node, 1).statusCode() == 200);
        String token = manager().newEnrollmentToken(1, "AUTO").text();
        String site = "/" + name + "-read-only";
        database().setReadOnly(true);
        try {
            assertRefused(report(node, 2));
            waiting("polls are answered").until(() -> poll(node).statusCode() == 204);
            assertRefused(report(node, 2));
            assertRefused(
                    manager().nodeCall("enroll", null, """
                            {"enrollmentToken": "%s", "name": "%s-late", "publicKey": "%s",
                             "facts": {"architecture": "x86_64"}}
                            """.formatted(token, name, ManagerUnderTest.newPublicKey())));
            waiting("reading works").until(() -> isServed("/api/v1/sites"));
            assertRefused(manager().post("/api/v1/sites", siteCalled(site)));
            assertRefused(postedOnce("/api/v1/sites", siteCalled(site), "read-only-" + name));
            assertThat(storedReports(node.id(), Long.MAX_VALUE)).isEqualTo(1);
            assertThat(acknowledgedInDatabase().get(node.id().toString())).isEqualTo(1);
        } finally {
            database().setReadOnly(false);
        }
        waiting("reports are stored again").until(() -> report(node, 2).statusCode() == 200);
        waiting("the key that was not used up does its work")
                .until(() -> postedOnce("/api/v1/sites", siteCalled(site), "read-only-" + name)
                                .statusCode()
                        == 201);
        waiting("ticks work again").until(this::isChained);
        assertThat(failedCalls()).isZero();
    }

    @Test
    void lockedTablesHoldUpNobodyWhoDoesNotNeedThem() throws Exception {
        EnrolledNode held = newNode(name + "-held");
        EnrolledNode other = newNode(name + "-other");
        newNode(name + "-member");
        String image = JSON.readTree(posted("/api/v1/images", """
                        {"family": "%s", "version": "1", "releaseCounter": 1, "architecture": "x86_64", "sizeBytes": 1,
                         "sha256": "%s", "url": "https://images.example/a.raw"}
                        """.formatted(name, "0".repeat(64))))
                .get("id")
                .asString();
        posted("/api/v1/images/" + image + ":publish", "");
        String campaign = "/api/v1/campaigns/"
                + JSON.readTree(posted("/api/v1/campaigns", """
                                {"name": "%s-locked", "imageId": "%s", "selector": "name==%s-member",
                                 "waves": [{"name": "all", "rest": true}]}
                                """.formatted(name, image, name)))
                        .get("id")
                        .asString();
        posted(campaign + ":start", "");
        for (EnrolledNode node : List.of(held, other)) {
            waiting("it is in memory").until(() -> poll(node).statusCode() == 204);
        }

        try (Connection session = database().connect().dataSource().getConnection();
                var statement = session.createStatement()) {
            session.setAutoCommit(false);
            // Without the second, nodes cannot be read into memory: who is answered, was there.
            statement.execute("lock table report, credential in access exclusive mode");
            CompletableFuture<HttpResponse<String>> report = CompletableFuture.supplyAsync(
                    () -> report(held, 1), task -> Thread.ofVirtual().start(task));
            waiting("the report waits for the lock").until(this::somebodyWaitsForReports);
            waiting("polls are answered from memory").until(() -> poll(other).statusCode() == 204);
            HttpResponse<String> paused = manager().post(campaign + ":pause", "{}");
            assertThat(paused.statusCode()).as(paused.body()).isEqualTo(200);
            assertThat(JSON.readTree(manager().get(campaign).body())
                            .get("state")
                            .asString())
                    .isEqualTo("PAUSED");
            assertThat(somebodyWaitsForReports())
                    .as("all that was while the lock was held")
                    .isTrue();
            assertRefused(report.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            session.rollback();
        }
        waiting("reports are stored again").until(() -> report(held, 1).statusCode() == 200);
        assertThat(storedReports(held.id(), Long.MAX_VALUE)).isEqualTo(1);
        waiting("ticks work again").until(this::isChained);
        assertThat(failedCalls()).isZero();
    }

    @Test
    void ticksThatWereDeletedComeBackWithoutABurst() throws Exception {
        String scheduler = manager().bean(Scheduler.class).getSchedulerName();
        List<String> before = ticks(scheduler);
        assertThat(before).contains("campaigns", "updates", "audit");
        long deleted = System.currentTimeMillis();
        waiting("Quartz' tables are empty, though it writes to them")
                .ignoreExceptions()
                .until(() -> {
                    wipe();
                    return true;
                });
        waiting("all ticks are back").until(() -> ticks(scheduler).equals(before));
        assertThat(manager().bean(Scheduler.class).getMetaData().isStarted()).isTrue();
        assertThat(database()
                        .jdbc()
                        .sql("select min(start_time) from qrtz_triggers where sched_name = :scheduler")
                        .param("scheduler", scheduler)
                        .query(Long.class)
                        .single())
                .as("they begin after they were gone, so that nothing is made up for")
                .isGreaterThanOrEqualTo(deleted);
        posted("/api/v1/sites", siteCalled("/" + name + "-after-the-wipe"));
        waiting("they work").until(this::isChained);

        waiting("a tick was given up").until(() -> setState(scheduler, "audit", "ERROR") == 1);
        posted("/api/v1/sites", siteCalled("/" + name + "-after-the-error"));
        waiting("it works again").until(this::isChained);
    }

    private void wipe() {
        // The locks first: Quartz' own transactions begin with them, too.
        List<String> tables = List.of(
                "locks",
                "fired_triggers",
                "simple_triggers",
                "cron_triggers",
                "simprop_triggers",
                "blob_triggers",
                "triggers",
                "job_details",
                "calendars",
                "paused_trigger_grps",
                "scheduler_state");
        var source = database().connect().dataSource();
        new TransactionTemplate(new DataSourceTransactionManager(source)).executeWithoutResult(status -> {
            JdbcClient together = JdbcClient.create(source);
            tables.forEach(table -> together.sql("delete from qrtz_" + table).update());
        });
    }

    private List<String> ticks(String scheduler) {
        return database()
                .jdbc()
                .sql("select trigger_name from qrtz_triggers where sched_name = :scheduler order by 1")
                .param("scheduler", scheduler)
                .query(String.class)
                .list();
    }

    private int setState(String scheduler, String trigger, String state) {
        return database()
                .jdbc()
                .sql("""
                        update qrtz_triggers set trigger_state = :state
                        where sched_name = :scheduler and trigger_name = :trigger and trigger_state = 'WAITING'
                        """)
                .param("state", state)
                .param("scheduler", scheduler)
                .param("trigger", trigger)
                .update();
    }

    private boolean isChained() {
        return database().jdbc().sql("""
                        select not exists (select from audit_event e
                                           where not exists (select from audit_link l
                                                             where (l.tenant_id, l.event_id) = (e.tenant_id, e.id)))
                        """).query(Boolean.class).single();
    }

    private boolean somebodyWaitsForReports() {
        return database()
                .jdbc()
                .sql("select exists (select from pg_locks where relation = 'report'::regclass and not granted)")
                .query(Boolean.class)
                .single();
    }

    private Map<String, Integer> states(String nodes) {
        Map<String, Integer> states = new HashMap<>();
        database()
                .jdbc()
                .sql("""
                        select u.state, count(*) as nodes from node_update u
                        join node n on (n.tenant_id, n.id) = (u.tenant_id, u.node_id)
                        where n.name like :nodes group by u.state
                        """)
                .param("nodes", nodes)
                .query((row, number) -> states.put(row.getString("state"), row.getInt("nodes")))
                .list();
        return states;
    }

    private long storedReports(UUID node, long upTo) {
        return database()
                .jdbc()
                .sql("select count(distinct seq) from report where node_id = :node and seq <= :upTo")
                .param("node", node)
                .param("upTo", upTo)
                .query(Long.class)
                .single();
    }

    private Map<String, Long> acknowledgedInDatabase() {
        Map<String, Long> acknowledged = new HashMap<>();
        database()
                .jdbc()
                .sql("select node_id::text as node, acked_seq from node_session")
                .query((row, number) -> acknowledged.put(row.getString("node"), row.getLong("acked_seq")))
                .list();
        return acknowledged;
    }

    private long failedCalls() {
        return manager().bean(MeterRegistry.class).get("manager.node.calls").tag("outcome", "failed").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private int status(String path) {
        return manager().send(manager().request(path).GET()).statusCode();
    }

    private boolean isServed(String path) {
        return manager().get(path).statusCode() == 200;
    }

    /** Done, perhaps not at once: connections of before a fault are still being replaced. */
    private String posted(String path, String body) {
        HttpResponse<String> answer =
                waiting(path + " is done").until(() -> manager().post(path, body), it -> !isRefused(it));
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isBetween(200, 299);
        return answer.body();
    }

    private EnrolledNode newNode(String called) {
        // Refused as above, it has no id.
        return waiting(called + " is enrolled")
                .ignoreExceptions()
                .until(() -> manager().newNode(called), it -> true);
    }

    private HttpResponse<String> postedOnce(String path, String body, String key) {
        return manager()
                .send(manager()
                        .adminRequest(path)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(BodyPublishers.ofString(body)));
    }

    private static String siteCalled(String path) {
        return "{\"path\": \"%s\", \"name\": \"A site\", \"zone\": \"UTC\"}".formatted(path);
    }

    private HttpResponse<String> report(EnrolledNode node, long seq) {
        return manager().nodeCall("reports", node.token(), """
                        {"reports": [{"bootId": "boot-1", "seq": %d, "state": "DOWNLOADING"}]}
                        """.formatted(seq));
    }

    private HttpResponse<String> poll(EnrolledNode node) {
        return manager()
                .nodeCall("poll", node.token(), "{\"bootId\": \"boot-1\", \"lastSeq\": 0, \"knownVersion\": 0}");
    }

    private static boolean isRefused(HttpResponse<String> answer) {
        return answer.statusCode() == 503
                && answer.headers().firstValue("Retry-After").isPresent();
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertThat(isRefused(answer))
                .as("503 with Retry-After: %s %s %s", answer.request(), answer, answer.body())
                .isTrue();
    }

    private static ConditionFactory waiting(String what) {
        return await(what).atMost(PATIENCE);
    }

    private static long acknowledged(List<Reporter> reporters) {
        return reporters.stream().mapToLong(reporter -> reporter.acknowledged).sum();
    }

    /** A node that reports without end, one number after the other, each until it is acknowledged. */
    private final class Reporter implements AutoCloseable {
        private static final int PAUSE_MILLIS = 20;

        private final EnrolledNode node;
        private final Queue<String> broken = new ConcurrentLinkedQueue<>();
        private final CountDownLatch closing = new CountDownLatch(1);
        private final Thread thread;
        private volatile long acknowledged;

        Reporter(EnrolledNode node) {
            this.node = node;
            this.thread = Thread.ofVirtual().start(this::run);
        }

        private void run() {
            try {
                while (!closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                    HttpResponse<String> answer = report(node, acknowledged + 1);
                    if (answer.statusCode() == 200) {
                        acknowledged =
                                JSON.readTree(answer.body()).get("ackedSeq").asLong();
                    } else if (!isRefused(answer)) {
                        broken.add(answer + answer.body());
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                broken.add(e.toString());
            }
        }

        @Override
        public void close() {
            join(closing, thread);
        }
    }

    /** People and machines that use the manager all the time, by different ways to the database. */
    private final class Caller implements AutoCloseable {
        private static final int PAUSE_MILLIS = 50;

        private final AtomicInteger refused = new AtomicInteger();
        private final Queue<String> broken = new ConcurrentLinkedQueue<>();
        private final CountDownLatch closing = new CountDownLatch(1);
        private final List<Thread> threads;

        Caller() {
            threads = IntStream.range(0, 3)
                    .mapToObj(i -> Thread.ofVirtual().start(() -> run(i)))
                    .toList();
        }

        private void run(int kind) {
            try {
                int done = 0;
                int tokens = 0;
                while (!closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                    String site = siteCalled("/%s-%d-%d".formatted(name, kind, done));
                    HttpResponse<String> answer = switch (kind) {
                        case 0 -> manager().get("/api/v1/campaigns");
                        case 1 -> manager().post("/api/v1/enrollment-tokens", """
                                        {"name": "%s-%d", "site": "/eu", "maxUses": 1, "validFor": "PT1H"}
                                        """.formatted(name, tokens++));
                        default -> postedOnce("/api/v1/sites", site, "site-" + done);
                    };
                    if (isRefused(answer)) {
                        refused.incrementAndGet();
                    } else if (answer.statusCode() / 100 == 2) {
                        done += kind == 2 ? 1 : 0;
                    } else if (!isUnderWay(answer)) {
                        broken.add(answer + answer.body());
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                broken.add(e.toString());
            }
        }

        /** What came before was cut off, and its key is not free yet. */
        private static boolean isUnderWay(HttpResponse<String> answer) {
            return answer.statusCode() == 409
                    && answer.headers().firstValue("Retry-After").isPresent();
        }

        @Override
        public void close() {
            threads.forEach(thread -> join(closing, thread));
        }
    }

    private static void join(CountDownLatch closing, Thread thread) {
        closing.countDown();
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
