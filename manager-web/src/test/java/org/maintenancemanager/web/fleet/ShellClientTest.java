package org.maintenancemanager.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.simulator.vector.Vector;
import org.maintenancemanager.simulator.vector.VectorManager;
import org.maintenancemanager.testing.Invariants;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Programs;

/** The shell client of {@code deploy/node}, on machines that are folders, against the real manager. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShellClientTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int MACHINES_AT_ONCE = 20;
    private static final Set<String> ENDS = Set.of("CONFIRMED", "FAILED", "ROLLED_BACK", "LOST", "CANCELED", "SKIPPED");

    private ManagerUnderTest manager;
    private Operator operator;
    private String token;

    @BeforeAll
    void start() throws Exception {
        Programs.needed("curl", "openssl", "awk", "setsid", "flock");
        manager = ManagerUnderTest.startAnother(
                "manager.poll.interval=PT1S", "manager.permit.guard-time=PT1S", "manager.presence.interval=PT1S");
        operator = new Operator(manager.baseUrl(), manager.apiToken());
        operator.openPlant(1000);
        token = operator.enrollmentToken(1000);
    }

    @AfterAll
    void stop() {
        if (manager != null) {
            manager.context().close();
        }
    }

    @Test
    void powerMayGoBeforeAnyStep(@TempDir Path directory) throws Exception {
        byte[] image = bytes(1);
        String id = operator.image("2.0", 2, image, "");
        int steps;
        try (ShellMachine probe = machine(directory, "probe", 0)) {
            awaitEnrolled(probe);
            campaign("probe", id);
            awaitState(probe, "CONFIRMED");
            steps = probe.steps();
            assertThat(probe.runningSlot()).isEqualTo("B");
            assertThat(probe.image("B")).isEqualTo(image);
        }
        for (int first = 1; first <= steps; first += MACHINES_AT_ONCE) {
            List<ShellMachine> machines = new ArrayList<>();
            try {
                for (int cut = first; cut < first + MACHINES_AT_ONCE && cut <= steps; cut++) {
                    machines.add(machine(directory, "cut%d-%d".formatted(first, cut), cut));
                }
                machines.forEach(this::awaitEnrolled);
                campaign("cut" + first + "-", id);
                for (ShellMachine machine : machines) {
                    await(machine.name() + " comes to an end")
                            .atMost(PATIENCE)
                            .untilAsserted(() -> assertThat(states(machine))
                                    .as(machine.name() + "\n" + machine.log())
                                    .anyMatch(ENDS::contains));
                    // Before the new slot is confirmed, a power cut in it is what a trial boot is for.
                    boolean onTrial = "B".equals(machine.slotOfCut());
                    assertThat(states(machine).getFirst())
                            .as(machine.name() + "\n" + machine.log())
                            .isIn(onTrial ? Set.of("CONFIRMED", "ROLLED_BACK") : Set.of("CONFIRMED"));
                    if (states(machine).getFirst().equals("CONFIRMED")) {
                        assertThat(machine.runningSlot()).isEqualTo("B");
                        assertThat(machine.image("B")).isEqualTo(image);
                    } else {
                        assertThat(machine.runningSlot()).isEqualTo("A");
                    }
                }
            } finally {
                for (ShellMachine machine : machines) {
                    machine.close();
                }
            }
        }
        assertThat(Invariants.broken(manager.jdbc(), TenantId.DEFAULT)).isEmpty();
    }

    @Test
    void slotThatDoesNotBootIsLeftAgain(@TempDir Path directory) throws Exception {
        byte[] image = "NOBOOT and more".getBytes(StandardCharsets.US_ASCII);
        String id = operator.image("3.0", 3, image, "");
        try (ShellMachine machine = machine(directory, "noboot", 0)) {
            awaitEnrolled(machine);
            campaign(machine.name(), id);
            awaitState(machine, "ROLLED_BACK");
            assertThat(machine.runningSlot()).isEqualTo("A");
            assertThat(column(machine, "code")).isEqualTo("NO_BOOT");
            awaitSlot(machine, "B", "BAD");
        }
    }

    @Test
    void slotThatIsNotHealthyIsLeftAgain(@TempDir Path directory) throws Exception {
        String id = operator.image("4.0", 4, bytes(4), "");
        try (ShellMachine machine = machine(directory, "sick", 0)) {
            Path check = directory.resolve("sick/health.d/10-services");
            Files.writeString(check, """
                    #!/bin/sh
                    [ "$(readlink "$MACHINE_DIR/running")" = A ] || { echo "press.service	is \\"dead\\""; exit 1; }
                    """);
            Files.setPosixFilePermissions(check, PosixFilePermissions.fromString("rwxr-xr-x"));
            awaitEnrolled(machine);
            campaign(machine.name(), id);
            awaitState(machine, "ROLLED_BACK");
            assertThat(machine.runningSlot()).isEqualTo("A");
            assertThat(column(machine, "code")).isEqualTo("HEALTH");
            assertThat(column(machine, "detail")).contains("10-services: press.service", "is \"dead\"");
            awaitSlot(machine, "B", "BAD");
        }
    }

    @Test
    void downloadGoesOnWhereItWasCutAndForeignServersGetNoToken(@TempDir Path directory) throws Exception {
        byte[] image = bytes(5);
        var cutServer = new CuttingServer(image, 30_000);
        String id = operator.image("5.0", 5, image, ", \"url\": \"%s\"".formatted(cutServer.url()));
        try (cutServer;
                ShellMachine machine = machine(directory, "resume", 0)) {
            awaitEnrolled(machine);
            campaign(machine.name(), id);
            awaitState(machine, "CONFIRMED");
            assertThat(machine.image("B")).isEqualTo(image);
            assertThat(cutServer.ranges()).hasSizeGreaterThan(1).element(1).isEqualTo("bytes=30000-");
            assertThat(cutServer.authorizations()).containsOnlyNulls();
        }
    }

    @Test
    void downloadIsNoFasterThanManagerAndSettingsAllow(@TempDir Path directory) throws Exception {
        operator.post("/api/v1/budgets", """
                {"name": "thin lines", "selector": "name==paced*", "downloads": {"max": 2, "bytesPerSecond": 20000000}}
                """);
        String id = operator.image("5.1", 5, bytes(51), "");
        try (ShellMachine told = machine(directory, "paced-1", 0);
                ShellMachine slower = machine(directory, "paced-2", 0, "DOWNLOAD_LIMIT=1M")) {
            awaitEnrolled(told);
            awaitEnrolled(slower);
            campaign("paced-", id);
            awaitState(told, "CONFIRMED");
            awaitState(slower, "CONFIRMED");
            assertThat(told.commands()).anyMatch(command -> command.contains("--limit-rate 10000000 "));
            assertThat(slower.commands()).anyMatch(command -> command.contains("--limit-rate 1048576 "));
        }
    }

    @Test
    void wrongBytesAreNotInstalled(@TempDir Path directory) throws Exception {
        byte[] image = bytes(6);
        byte[] other = image.clone();
        other[50_000] ^= 1;
        var server = new CuttingServer(other, Integer.MAX_VALUE);
        String id = operator.image("6.0", 6, image, ", \"url\": \"%s\"".formatted(server.url()));
        try (server;
                ShellMachine machine = machine(directory, "wrong", 0)) {
            awaitEnrolled(machine);
            campaign(machine.name(), id);
            awaitState(machine, "FAILED");
            assertThat(column(machine, "failure_phase")).isEqualTo("VERIFY");
            assertThat(column(machine, "code")).isEqualTo("WRONG_DIGEST");
            assertThat(machine.runningSlot()).isEqualTo("A");
        }
    }

    @Test
    void onlyWhatItsPublisherSignedIsInstalled(@TempDir Path directory) throws Exception {
        KeyPair publisher = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] image = bytes(7);
        String good = operator.image("7.0", 7, image, envelope(publisher, image));
        byte[] swapped = bytes(8);
        // A valid signature, but of another image.
        String bad = operator.image("7.1", 8, swapped, envelope(publisher, image));
        byte[] unsigned = bytes(9);
        String none = operator.image("7.2", 9, unsigned, "");
        for (String name : List.of("signed", "swapped", "unsigned")) {
            Path keys = Files.createDirectories(directory.resolve(name).resolve("publishers"));
            Files.writeString(
                    keys.resolve("publisher.pem"),
                    "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                            .formatted(Base64.getEncoder()
                                    .encodeToString(publisher.getPublic().getEncoded())));
        }
        try (ShellMachine first = machine(directory, "signed", 0, "REQUIRE_SIGNATURE=yes");
                ShellMachine second = machine(directory, "swapped", 0, "REQUIRE_SIGNATURE=yes");
                ShellMachine third = machine(directory, "unsigned", 0, "REQUIRE_SIGNATURE=yes")) {
            for (ShellMachine machine : List.of(first, second, third)) {
                awaitEnrolled(machine);
            }
            campaign("signed", good);
            campaign("swapped", bad);
            campaign("unsigned", none);
            awaitState(first, "CONFIRMED");
            awaitState(second, "FAILED");
            awaitState(third, "FAILED");
            assertThat(column(second, "detail")).contains("another image");
            assertThat(column(third, "detail")).contains("no signature");
            assertThat(column(third, "code")).isEqualTo("WRONG_SIGNATURE");
        }
    }

    @Test
    void frozenNodeWaitsWithTheImageAndGoesOnWhenItMay(@TempDir Path directory) throws Exception {
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC).withNano(0);
        String freeze = operator.post("/api/v1/windows", """
                        {"name": "frozen", "kind": "FREEZE", "zone": "UTC",
                         "target": {"type": "SELECTOR", "selector": "name==frozen"},
                         "recurrence": {"type": "ONE_SHOT", "startsAt": "%s", "endsAt": "%s"}}
                        """.formatted(now.minusHours(1), now.plusHours(2)))
                .get("id")
                .asString();
        String id = operator.image("8.0", 10, bytes(10), "");
        try (ShellMachine machine = machine(directory, "frozen", 0)) {
            awaitEnrolled(machine);
            campaign(machine.name(), id);
            awaitState(machine, "DOWNLOADED");
            await("it says why it waits")
                    .atMost(PATIENCE)
                    .until(() -> machine.log().contains("waits: "));
            assertThat(states(machine)).containsExactly("DOWNLOADED");
            HttpResponse<String> found = manager.get("/api/v1/windows/" + freeze);
            assertThat(manager.send(manager.adminRequest("/api/v1/windows/" + freeze)
                                    .header(
                                            "If-Match",
                                            found.headers().firstValue("ETag").orElseThrow())
                                    .DELETE())
                            .statusCode())
                    .isEqualTo(204);
            awaitState(machine, "CONFIRMED");
        }
    }

    @Test
    void nodeWhoseTokenWasRevokedEnrollsAgainWithItsKey(@TempDir Path directory) throws Exception {
        try (ShellMachine machine = machine(directory, "revoked", 0)) {
            awaitEnrolled(machine);
            String id = nodeId(machine);
            String credential = operator.get("/api/v1/nodes/" + id + "/credentials")
                    .get("items")
                    .get(0)
                    .get("id")
                    .asString();
            assertThat(manager.send(manager.adminRequest("/api/v1/nodes/" + id + "/credentials/" + credential)
                                    .DELETE())
                            .statusCode())
                    .isEqualTo(204);
            String image = operator.image("9.0", 11, bytes(11), "");
            campaign(machine.name(), image);
            awaitState(machine, "CONFIRMED");
            assertThat(nodeId(machine)).isEqualTo(id);
        }
    }

    static List<Vector> vectors() {
        return Vector.all();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void passesTheTestVectorsForClients(Vector vector, @TempDir Path directory) throws Exception {
        try (VectorManager played = VectorManager.play(vector, 0);
                ShellMachine machine = ShellMachine.start(
                        directory.resolve(vector.name()), played.uri().toString(), VectorManager.ENROLLMENT_TOKEN, 0)) {
            await(vector.name())
                    .atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(played.missing()).as(machine.log()).isNull());
            assertThat(played.mistakes()).isEmpty();
        }
    }

    @Test
    void shellcheckFindsNothing() throws Exception {
        Programs.needed("shellcheck");
        List<String> command = new ArrayList<>(List.of("shellcheck"));
        try (Stream<Path> files = Files.walk(ShellMachine.CLIENT)) {
            files.filter(Files::isRegularFile)
                    .filter(Files::isExecutable)
                    .forEach(file -> command.add(file.toString()));
        }
        command.add(ShellMachine.MACHINE.toString());
        assertThat(command).hasSizeGreaterThan(7);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String found = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(found).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\": {\"b\": [1, -2.5e3, true, null]}} | a.b.0=1 a.b.1=-2.5e3 a.b.2=true",
                "{\"a\": \"x\\u00e9\\ud83d\\ude00\\\"\\\\\\/y\"} | a=xé😀\"\\/y",
                "{\"a\": \"b\\nc\\td\", \"e\": {}, \"f\": []} | a=b c d",
                "{\"a\": } | no JSON",
                "{\"a\": 1,} | no JSON",
                "[1 2] | no JSON",
                "{\"a\": \"b | no JSON",
                "{\"a\": \"\\q\"} | no JSON",
                "{} {} | no JSON",
                "`` | no JSON"
            })
    void readsJsonAsItIs(String document, String expected) throws Exception {
        Process process = new ProcessBuilder(
                        ShellMachine.CLIENT.resolve("maintenance-node").toString(), "json")
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(document.getBytes(StandardCharsets.UTF_8));
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        assertThat(status == 0 ? out.strip().replace('\t', '=').replace('\n', ' ') : "no JSON")
                .isEqualTo(expected);
    }

    private static String envelope(KeyPair publisher, byte[] image) throws GeneralSecurityException {
        String type = "application/vnd.maintenance-manager.image+json";
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image));
        byte[] payload = "{\"sha256\": \"%s\", \"sizeBytes\": %d}"
                .formatted(sha256, image.length)
                .getBytes(StandardCharsets.UTF_8);
        var signature = Signature.getInstance("Ed25519");
        signature.initSign(publisher.getPrivate());
        signature.update("DSSEv1 %d %s %d "
                .formatted(type.length(), type, payload.length)
                .getBytes(StandardCharsets.UTF_8));
        signature.update(payload);
        Base64.Encoder base64 = Base64.getEncoder();
        String envelope = "{\"payloadType\": \"%s\", \"payload\": \"%s\", \"signatures\": [{\"sig\": \"%s\"}]}"
                .formatted(type, base64.encodeToString(payload), base64.encodeToString(signature.sign()));
        return ", \"signatureEnvelope\": \"" + envelope.replace("\"", "\\\"") + "\"";
    }

    private void awaitSlot(ShellMachine machine, String slot, String state) {
        await(machine.name() + " has told that slot " + slot + " is " + state)
                .atMost(PATIENCE)
                .until(() -> !manager.jdbc()
                        .sql("""
                                select 1 from node_slot s join node n on n.tenant_id = s.tenant_id and n.id = s.node_id
                                where n.name = :node and s.slot = :slot and s.state = :state
                                """)
                        .param("node", machine.name())
                        .param("slot", slot)
                        .param("state", state)
                        .query(Integer.class)
                        .list()
                        .isEmpty());
    }

    private ShellMachine machine(Path directory, String name, int cut, String... settings) throws IOException {
        return ShellMachine.start(directory.resolve(name), manager.baseUrl(), token, cut, settings);
    }

    private void campaign(String nodes, String image) throws Exception {
        String id = operator.post("/api/v1/campaigns", """
                        {"name": "%s", "imageId": "%s", "selector": "name==%s*", "maxInFlight": 1000,
                         "permitLimit": "PT2M", "neededTime": "PT2S", "bootDeadline": "PT2M",
                         "waves": [{"name": "all", "rest": true}]}
                        """.formatted(nodes, image, nodes))
                .get("id")
                .asString();
        operator.post("/api/v1/campaigns/" + id + ":start", "");
    }

    private void awaitEnrolled(ShellMachine machine) {
        await(machine.name() + " is enrolled")
                .atMost(PATIENCE)
                .until(() -> manager.jdbc()
                        .sql("select id from node where name = :name and state = 'ACTIVE'")
                        .param("name", machine.name())
                        .query(UUID.class)
                        .optional()
                        .isPresent());
    }

    private String nodeId(ShellMachine machine) {
        return manager.jdbc()
                .sql("select id from node where name = :name")
                .param("name", machine.name())
                .query(UUID.class)
                .single()
                .toString();
    }

    private void awaitState(ShellMachine machine, String state) {
        await(machine.name() + " is " + state)
                .atMost(PATIENCE)
                .until(() -> states(machine).contains(state));
    }

    private List<String> states(ShellMachine machine) {
        return updates(machine, "state");
    }

    private String column(ShellMachine machine, String column) {
        return updates(machine, column).getFirst();
    }

    private List<String> updates(ShellMachine machine, String column) {
        return manager.jdbc()
                .sql(
                        "select u.%s from node_update u join node n on n.tenant_id = u.tenant_id and n.id = u.node_id where n.name = :name"
                                .formatted(column))
                .param("name", machine.name())
                .query(String.class)
                .list();
    }

    private static byte[] bytes(int seed) {
        byte[] bytes = new byte[100_000];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
