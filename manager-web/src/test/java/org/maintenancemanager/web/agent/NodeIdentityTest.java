package org.maintenancemanager.web.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.api.grpc.node.NodeServiceGrpc;
import org.maintenancemanager.api.grpc.node.ReportRequest;
import org.maintenancemanager.api.grpc.node.UpdateState;
import org.maintenancemanager.api.node.EnrollResult;
import org.maintenancemanager.api.node.NodeClient;
import org.maintenancemanager.api.node.NodeMessages;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewRequest;
import org.maintenancemanager.api.node.NodeTls;
import org.maintenancemanager.api.node.PollResult;
import org.maintenancemanager.api.node.Refused;
import org.maintenancemanager.api.node.RenewResult;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How nodes come to be themselves, and how others do not. */
@NullMarked
class NodeIdentityTest {
    private static final PollRequest POLL = new PollRequest("b", 0, 0);

    private final ManagerUnderTest manager = ManagerUnderTest.shared();
    private final NodeClient anonymous = NodeClient.http(NodeClient.newHttpClient(), URI.create(manager.baseUrl()));
    private final String name = "identity-" + UUID.randomUUID();

    private static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(KeyPair keys) {
        return "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                .formatted(Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()));
    }

    private EnrollResult enroll(String token, String as, KeyPair keys, @Nullable String serial)
            throws InterruptedException {
        return enroll(token, as, keys, serial, null);
    }

    private EnrollResult enroll(String token, String as, KeyPair keys, @Nullable String serial, @Nullable String proof)
            throws InterruptedException {
        Map<String, String> hardware = serial == null ? null : Map.of("serial", serial);
        return anonymous.enroll(new EnrollRequest(token, as, pem(keys), hardware, null, null, proof));
    }

    private static EnrollResult.Enrolled enrolled(EnrollResult result) {
        assertThat(result).isInstanceOf(EnrollResult.Enrolled.class);
        return (EnrollResult.Enrolled) result;
    }

    private static String pending(EnrollResult result) {
        assertThat(result).isInstanceOf(EnrollResult.Pending.class);
        return ((EnrollResult.Pending) result).response().nodeId();
    }

    private static void assertRefused(Object result, int status) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.status()).isEqualTo(status));
    }

    private boolean isRefused(String token) throws InterruptedException {
        return anonymous.withToken(token).poll(POLL) instanceof Refused refused && refused.status() == 401;
    }

    private JsonNode node(String id) {
        return JsonMapper.shared().readTree(manager.get("/api/v1/nodes/" + id).body());
    }

    private HttpResponse<String> decide(String id, String decision) {
        return manager.post("/api/v1/nodes/" + id + ":" + decision, "{\"reason\": \"a test\"}");
    }

    @Test
    void rotatedTokenIsGoodBesideTheOldOneUntilItIsUsed() throws Exception {
        var first = enrolled(enroll(manager.newEnrollmentToken(1, "AUTO").text(), name, keys(), null));
        NodeClient old = anonymous.withToken(first.nodeToken());
        List<String> next = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            next.add(renewed(old.renew(new RenewRequest(null))));
        }
        assertThat(old.poll(POLL)).isInstanceOf(PollResult.Unchanged.class);
        // Answers that were lost left nothing that could be used, and no rows.
        assertThat(isRefused(next.getFirst())).isTrue();
        assertThat(manager.jdbc()
                        .sql("select count(*) from credential where node_id = :node")
                        .param("node", UUID.fromString(first.response().nodeId()))
                        .query(Long.class)
                        .single())
                .isEqualTo(2);

        assertThat(anonymous.withToken(next.getLast()).poll(POLL)).isInstanceOf(PollResult.Unchanged.class);
        await().until(() -> isRefused(first.nodeToken()));
        assertThat(anonymous.withToken(next.getLast()).poll(POLL)).isInstanceOf(PollResult.Unchanged.class);
        assertThat(manager.get("/api/v1/nodes/" + first.response().nodeId() + "/credentials")
                        .body())
                .contains("\"replaces\"", "\"firstUsedAt\"", "\"revokedAt\"");
    }

    private static String renewed(RenewResult result) {
        assertThat(result).isInstanceOf(RenewResult.Renewed.class);
        return java.util.Objects.requireNonNull(
                ((RenewResult.Renewed) result).response().nodeToken());
    }

    @Test
    void keyProofOfAnotherKeyOrTokenIsRefusedAndUsesNothingUp() throws Exception {
        Token token = manager.newEnrollmentToken(1, "AUTO");
        KeyPair keys = keys();
        assertRefused(enroll(token.text(), name, keys, null, NodeTls.keyProof(keys().getPrivate(), token.text())), 400);
        String ofAnotherToken = NodeTls.keyProof(
                keys.getPrivate(), Token.generate(Token.Kind.ENROLLMENT).text());
        assertRefused(enroll(token.text(), name, keys, null, ofAnotherToken), 400);
        assertRefused(enroll(token.text(), name, keys, null, "no base64!"), 400);

        enrolled(enroll(token.text(), name, keys, null, NodeTls.keyProof(keys.getPrivate(), token.text())));
    }

    @Test
    void whoProvedItsKeyOnceMustProveItAgainSinceItsPublicKeyIsNoSecret() throws Exception {
        Token token = manager.newEnrollmentToken(2, "AUTO");
        KeyPair keys = keys();
        String proof = NodeTls.keyProof(keys.getPrivate(), token.text());
        String nodeToken =
                enrolled(enroll(token.text(), name, keys, null, proof)).nodeToken();

        assertRefused(enroll(token.text(), name, keys, null, null), 400);

        assertThat(manager.nodeCall("poll", nodeToken, "{\"bootId\": \"b\"}").statusCode())
                .as("the identity is untouched")
                .isEqualTo(204);
        enrolled(enroll(token.text(), name, keys, null, proof));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTO", "MANUAL"})
    void whoKnowsNoMoreThanThePublicKeyOfANodeThatNeverProvedItDoesNotTakeItsPlace(String approval) throws Exception {
        Token token = manager.newEnrollmentToken(2, approval);
        KeyPair keys = keys();
        String proof = NodeTls.keyProof(keys.getPrivate(), token.text());
        EnrollResult first = enroll(token.text(), name, keys, null);
        if (approval.equals("MANUAL")) {
            String id = pending(first);
            assertThat(pending(enroll(token.text(), name, keys, null)))
                    .as("asking whether it was approved yields no identity")
                    .isEqualTo(id);
            assertThat(decide(id, "approve").statusCode()).isEqualTo(200);
            first = enroll(token.text(), name, keys, null, proof);
        }
        String nodeToken = enrolled(first).nodeToken();

        assertRefused(enroll(token.text(), name, keys, null), 400);

        assertThat(manager.nodeCall("poll", nodeToken, "{\"bootId\": \"b\"}").statusCode())
                .as("the identity is untouched")
                .isEqualTo(204);
        enrolled(enroll(token.text(), name, keys, null, proof));
    }

    @Test
    void certificateRequestIsRefusedUnlessItsKeySignedIt() throws Exception {
        Token token = manager.newEnrollmentToken(1, "AUTO");
        KeyPair mine = keys();
        // The signature of one key under the name of another.
        String forged = NodeTls.certificateRequest(new KeyPair(keys().getPublic(), mine.getPrivate()));
        for (String request : List.of(
                forged,
                "nonsense",
                pem(mine),
                "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----")) {
            assertRefused(
                    anonymous.enroll(new EnrollRequest(token.text(), name, null, null, null, request, null)), 400);
        }
        assertRefused(
                anonymous.enroll(new EnrollRequest(
                        token.text(), name, pem(mine), null, null, NodeTls.certificateRequest(mine), null)),
                400);
        assertThat(anonymous.enroll(new EnrollRequest(
                        token.text(), name, null, null, null, NodeTls.certificateRequest(mine), null)))
                .isInstanceOf(EnrollResult.Certified.class);
    }

    @Test
    void tokenBoundToHardwareLetsNoOtherMachineIn() throws Exception {
        String serial = "S-" + UUID.randomUUID();
        UUID site = manager.newSite();
        JsonNode made = JsonMapper.shared()
                .readTree(manager.post("/api/v1/enrollment-tokens", """
                        {"name": "bound", "site": "/test-%s", "hardwareIds": {"serial": "%s"}}
                        """.formatted(site, serial))
                        .body());
        String token = made.get("token").asString();

        assertRefused(enroll(token, name, keys(), "S-other"), 401);
        assertRefused(enroll(token, name, keys(), null), 401);
        assertThat(manager.get("/api/v1/enrollment-tokens/" + made.get("id").asString())
                        .body())
                .contains("\"uses\":0", serial);
        enrolled(enroll(token, name, keys(), serial));
    }

    @Test
    void deniedNodeAndItsKeyStayOut() throws Exception {
        KeyPair keys = keys();
        String id = pending(enroll(manager.newEnrollmentToken(5, "MANUAL").text(), name, keys, null));
        String fingerprint = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(keys.getPublic().getEncoded()));
        assertThat(manager.get("/api/v1/nodes?filter=state%3D%3DPENDING%3BkeyFingerprint%3D%3D" + fingerprint)
                        .body())
                .contains(id, "\"keyFingerprint\":\"" + fingerprint + "\"");

        assertThat(decide(id, "deny").statusCode()).isEqualTo(200);
        assertThat(node(id).get("state").asString()).isEqualTo("DECOMMISSIONED");
        assertRefused(enroll(manager.newEnrollmentToken(5, "AUTO").text(), name + "-again", keys, null), 401);
        assertThat(manager.jdbc()
                        .sql("select count(*) from node where name like :name")
                        .param("name", name + "%")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
        assertThat(decide(id, "approve").statusCode()).isEqualTo(409);
    }

    @Test
    void machineThatWasSetUpAnewWaitsAndThenTakesItsOldPlace() throws Exception {
        String serial = "S-" + UUID.randomUUID();
        Token token = manager.newEnrollmentToken(5, "AUTO");
        var old = enrolled(enroll(token.text(), name, keys(), serial));
        KeyPair fresh = keys();

        String claim = pending(enroll(token.text(), "other-" + name, fresh, serial));
        assertThat(node(claim).get("identity").get("reEnrollmentOf").asString())
                .isEqualTo(old.response().nodeId());
        assertThat(anonymous.withToken(old.nodeToken()).poll(POLL)).isInstanceOf(PollResult.Unchanged.class);

        assertThat(decide(claim, "approve").statusCode()).isEqualTo(200);
        await().until(() -> isRefused(old.nodeToken()));
        assertThat(node(claim).get("name").asString()).isEqualTo(name);
        assertThat(node(old.response().nodeId()).get("state").asString()).isEqualTo("DECOMMISSIONED");
        String proof = NodeTls.keyProof(fresh.getPrivate(), token.text());
        assertThat(enrolled(enroll(token.text(), "other-" + name, fresh, serial, proof))
                        .response()
                        .nodeId())
                .isEqualTo(claim);
    }

    @Test
    void nodeThatWasRegisteredWithItsSerialNumberIsClaimedByIt() throws Exception {
        String serial = "S-" + UUID.randomUUID();
        Token token = manager.newEnrollmentToken(5, "AUTO");
        String site = manager.jdbc()
                .sql("select s.path from enrollment_token e join site s on s.id = e.site_id where e.id = :id")
                .param("id", token.id())
                .query(String.class)
                .single();
        JsonNode made = JsonMapper.shared()
                .readTree(manager.post("/api/v1/nodes", """
                        {"name": "%s", "site": "%s", "architecture": "x86_64", "hardwareIds": {"serial": "%s"}}
                        """.formatted(name, site, serial))
                        .body());

        assertThat(enrolled(enroll(token.text(), "whatever", keys(), serial))
                        .response()
                        .nodeId())
                .isEqualTo(made.get("id").asString());
    }

    @Test
    void nodeReportsNothingOfAnotherByRestAndByGrpc() {
        ManagerUnderTest.EnrolledNode mine = manager.newNode(name);
        ManagerUnderTest.EnrolledNode other = manager.newNode(name + "-other");
        UUID update = UUID.randomUUID();
        manager.jdbc()
                .sql("""
                        insert into node_update (tenant_id, id, node_id, campaign_id, wave, image_id)
                        values (:tenant, :id, :node, gen_random_uuid(), 0, gen_random_uuid())
                        """)
                .param("tenant", TenantId.DEFAULT.value())
                .param("id", update)
                .param("node", other.id())
                .update();
        try {
            assertThat(manager.nodeCall("reports", mine.token(), """
                            {"reports": [{"bootId": "b", "seq": 1, "updateId": "%s", "state": "DOWNLOADING"}]}
                            """.formatted(update))
                            .statusCode())
                    .isEqualTo(404);
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", manager.grpcPort())
                    .usePlaintext()
                    .build();
            try {
                var headers = new io.grpc.Metadata();
                headers.put(NodeGrpcIdentity.key("authorization"), "Bearer " + mine.token());
                assertThatThrownBy(() -> NodeServiceGrpc.newBlockingStub(channel)
                                .withInterceptors(io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(headers))
                                .report(ReportRequest.newBuilder()
                                        .addReports(org.maintenancemanager.api.grpc.node.Report.newBuilder()
                                                .setBootId("b")
                                                .setSeq(1)
                                                .setUpdateId(update.toString())
                                                .setState(UpdateState.DOWNLOADING))
                                        .build()))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
            } finally {
                channel.shutdownNow();
            }
            assertThat(manager.jdbc()
                            .sql("select state from node_update where id = :id")
                            .param("id", update)
                            .query(String.class)
                            .single())
                    .isEqualTo("OFFERED");
        } finally {
            manager.jdbc()
                    .sql("delete from node_update where id = :id")
                    .param("id", update)
                    .update();
        }
    }

    /** Wrong secrets of a token that exists, tokens that do not, and noise: nothing is written, and nodes are served. */
    @Test
    void floodOfBadEnrollmentsWritesNothingAndLeavesPollsAlone() throws Exception {
        Token known = manager.newEnrollmentToken(5, "AUTO");
        String wrong =
                new Token(known.kind(), known.id(), Token.generate(known.kind()).secret()).text();
        ManagerUnderTest.EnrolledNode node = manager.newNode(name);
        NodeClient client = anonymous.withToken(node.token());
        var flooding = new AtomicBoolean(true);
        int polls = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> floods = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                int number = i;
                floods.add(threads.submit(() -> {
                    int refused = 0;
                    for (int j = 0; j < 100; j++) {
                        String token = j % 3 == 0
                                ? wrong
                                : j % 3 == 1
                                        ? Token.generate(Token.Kind.ENROLLMENT).text()
                                        : "noise";
                        EnrollResult result = enroll(token, name + "-" + number + "-" + j, keys(), null);
                        // Refused, or told to come again: never let in.
                        assertThat(result).isNotInstanceOfAny(EnrollResult.Enrolled.class, EnrollResult.Pending.class);
                        refused += result instanceof Refused ? 1 : 0;
                    }
                    return refused;
                }));
            }
            threads.submit(() -> {
                for (Future<Integer> flood : floods) {
                    flood.get();
                }
                flooding.set(false);
                return true;
            });
            while (flooding.get()) {
                PollResult poll = client.poll(POLL);
                // Its own limit may slow it down, the flood may not.
                if (poll instanceof PollResult.Unchanged) {
                    polls++;
                } else {
                    assertThat(poll.toString()).contains("429");
                }
                Thread.sleep(50);
            }
            int refused = 0;
            for (Future<Integer> flood : floods) {
                refused += flood.get();
            }
            assertThat(refused).isPositive();
        }
        assertThat(polls).isPositive();
        assertThat(manager.jdbc()
                        .sql("select count(*) from node where name like :name")
                        .param("name", name + "-%")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(manager.jdbc()
                        .sql("select uses from enrollment_token where id = :id")
                        .param("id", known.id())
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(manager.jdbc()
                        .sql("select count(*) from audit_event where actor like '%' || :token || '%'")
                        .param("token", known.id().toString())
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "a\nb", "a\u001b[31mb", "a\u0085b", "a\u007fb"})
    void nameWithControlCharactersIsRefused(String wanted) throws Exception {
        Token token = manager.newEnrollmentToken(1, "AUTO");
        assertRefused(enroll(token.text(), wanted, keys(), null), 400);
    }

    @Test
    void proofTextNamesTheTokenAndNotItsSecret() {
        Token token = Token.generate(Token.Kind.ENROLLMENT);
        assertThat(NodeMessages.EnrollRequest.proofText(token.text()))
                .startsWith("maintmgr-enroll:mmet_")
                .doesNotContain(token.secret());
    }
}
