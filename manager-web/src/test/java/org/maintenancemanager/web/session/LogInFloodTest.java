package org.maintenancemanager.web.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestPerson;

/**
 * Wrong passwords from several addresses, for names that exist and names that do not. How fast polls stay meanwhile is
 * measured by {@code deploy/bench/run logins}, with 10,000 in a minute.
 */
@NullMarked
class LogInFloodTest {
    private static final int ATTEMPTS = 1000;
    private static final int ADDRESSES = 3;

    /** Fewer than an address may fail at once, so that what refuses is the queue and not the throttle. */
    private static final int OF_EACH_ADDRESS = 16;

    private static final List<String> TABLES = List.of(
            "person", "console_session", "access_grant", "recovery_code", "audit_event", "outbox", "idempotency_key");

    @Test
    void aFloodOfWrongPasswordsWritesNothingAndPollsAreAnsweredThroughout() throws Exception {
        ManagerUnderTest manager = ManagerUnderTest.startAnother("manager.node-api.polls-per-second=0");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            TestPerson person = TestPerson.create(manager, "viewer");
            String node = manager.newNode("polling").token();
            Map<String, Long> before = rows(manager);

            var over = new AtomicBoolean();
            Future<Integer> polls = threads.submit(() -> {
                int answered = 0;
                while (!over.get()) {
                    int status = manager.nodeCall("poll", node, "{\"bootId\": \"b\"}")
                            .statusCode();
                    assertThat(status).isIn(200, 204);
                    answered++;
                }
                return answered;
            });
            Map<Integer, AtomicInteger> answers = new ConcurrentHashMap<>();
            var next = new AtomicInteger();
            List<Future<?>> floods = new ArrayList<>();
            for (int address = 0; address < ADDRESSES; address++) {
                HttpClient client = HttpClient.newBuilder()
                        .localAddress(InetAddress.ofLiteral("127.0.0." + (2 + address)))
                        .build();
                for (int i = 0; i < 4; i++) {
                    floods.add(threads.submit(() -> {
                        for (int n = next.getAndIncrement(); n < ATTEMPTS; n = next.getAndIncrement()) {
                            String name = n % 2 == 0 ? person.name() : "nobody-" + n % 1000;
                            int status = attempt(client, manager, name);
                            answers.computeIfAbsent(status, absent -> new AtomicInteger())
                                    .incrementAndGet();
                        }
                        return null;
                    }));
                }
            }
            for (Future<?> flood : floods) {
                flood.get();
            }
            over.set(true);

            assertThat(polls.get()).isPositive();
            assertThat(answers.keySet()).isSubsetOf(401, 429);
            assertThat(answers.getOrDefault(429, new AtomicInteger()).get()).isGreaterThan(ATTEMPTS / 2);
            assertThat(rows(manager)).isEqualTo(before);

            // Nobody was locked out: from where the person logged in before, the password opens at once.
            assertThat(new Browser(manager)
                            .logIn(person.name(), person.password())
                            .statusCode())
                    .isEqualTo(200);
        } finally {
            manager.context().close();
        }
    }

    /** Many that the throttle lets through come at once: more than are checked, and wait, at a time. */
    @Test
    void whoFindsTheQueueFullIsToldWhenToComeAgainAndPeopleWhoDoNotFailGetInMeanwhile() throws Exception {
        ManagerUnderTest manager = ManagerUnderTest.startAnother();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            TestPerson person = TestPerson.create(manager, "viewer");
            // Fewer than the queue is long: the first attempt of each has no failure before it.
            int addresses = Math.min(24, 8 + 4 * Runtime.getRuntime().availableProcessors());
            List<Future<HttpResponse<String>>> attempts = new ArrayList<>();
            for (int address = 0; address < addresses; address++) {
                HttpClient client = HttpClient.newBuilder()
                        .localAddress(InetAddress.ofLiteral("127.0.1." + (1 + address)))
                        .build();
                for (int i = 0; i < OF_EACH_ADDRESS; i++) {
                    String name = "nobody-%d-%d".formatted(address, i);
                    attempts.add(threads.submit(() -> send(client, manager, name)));
                }
            }

            assertThat(new Browser(manager)
                            .logIn(person.name(), person.password())
                            .statusCode())
                    .isEqualTo(200);

            int full = 0;
            for (Future<HttpResponse<String>> attempt : attempts) {
                HttpResponse<String> answer = attempt.get();
                assertThat(answer.statusCode()).isIn(401, 429);
                if (answer.statusCode() == 429) {
                    full++;
                    assertThat(answer.headers().firstValue("Retry-After")).hasValue("8");
                    assertThat(answer.body()).contains("too-many-requests");
                }
            }
            assertThat(full).isBetween(1, attempts.size() - 1);
        } finally {
            manager.context().close();
        }
    }

    private static int attempt(HttpClient client, ManagerUnderTest manager, String name) throws Exception {
        return send(client, manager, name).statusCode();
    }

    private static HttpResponse<String> send(HttpClient client, ManagerUnderTest manager, String name)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(manager.baseUrl() + "/console/login"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"name\": \"%s\", \"password\": \"wrong\"}".formatted(name)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Map<String, Long> rows(ManagerUnderTest manager) {
        Map<String, Long> rows = new TreeMap<>();
        for (String table : TABLES) {
            rows.put(
                    table,
                    manager.jdbc()
                            .sql("select count(*) from " + table)
                            .query(Long.class)
                            .single());
        }
        return rows;
    }
}
