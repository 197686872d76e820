package org.maintenancemanager.web.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.api.node.NodeTls;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@NullMarked
class EnrollmentTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();
    private final String name = "node-" + UUID.randomUUID();

    @Test
    void aNodeGetsItsIdentityAndMayPollWithIt() {
        JsonNode answer = json(enroll(manager.newEnrollmentToken(1, "AUTO"), name, ManagerUnderTest.newPublicKey()));

        assertThat(answer.get("status").asString()).isEqualTo("ENROLLED");
        assertThat(poll(answer.get("nodeToken").asString())).isLessThan(300);
        assertThat(count("node_session", answer) + count("node_presence", answer) + count("node_slot", answer))
                .isEqualTo(4);
        assertThat(stateOf(answer)).isEqualTo("ACTIVE");
    }

    @Test
    void theSameKeyIsTheSameNodeWithANewTokenAndUsesNothingUp() {
        Token token = manager.newEnrollmentToken(1, "AUTO");
        KeyPair keys = keys();
        JsonNode first = json(enroll(token, name, pem(keys)));

        // Lines of another length, as another tool writes the same key.
        JsonNode second = json(enroll(token, name, pem(keys).replace("MCow", "MCow\\n"), keys));

        assertThat(second.get("nodeId")).isEqualTo(first.get("nodeId"));
        assertThat(uses(token)).isEqualTo(1);
        assertThat(poll(second.get("nodeToken").asString())).isLessThan(300);
        assertThat(poll(first.get("nodeToken").asString())).isEqualTo(401);
    }

    @Test
    void aSecondKeyIsRefusedWhenTheTokenIsUsedUp() {
        Token token = manager.newEnrollmentToken(1, "AUTO");
        enroll(token, name, ManagerUnderTest.newPublicKey());

        assertThat(enroll(token, name + "-2", ManagerUnderTest.newPublicKey()).statusCode())
                .isEqualTo(401);
    }

    @Test
    void ofManyAtOnceExactlyAsManyAsAllowedSucceed() throws Exception {
        Token token = manager.newEnrollmentToken(5, "AUTO");

        List<Integer> answers = atOnce(
                24,
                i -> enroll(token, name + "-" + i, ManagerUnderTest.newPublicKey())
                        .statusCode());

        assertThat(answers).filteredOn(status -> status == 200).hasSize(5);
        assertThat(answers).filteredOn(status -> status == 401).hasSize(19);
    }

    @Test
    void oneKeyThatAsksManyTimesAtOnceIsOneNode() throws Exception {
        Token token = manager.newEnrollmentToken(50, "AUTO");
        KeyPair keys = keys();

        List<Integer> answers =
                atOnce(12, i -> enroll(token, name, pem(keys), keys).statusCode());

        assertThat(answers).containsOnly(200);
        assertThat(uses(token)).isEqualTo(1);
        assertThat(manager.jdbc()
                        .sql("select count(*) from node where name = :name")
                        .param("name", name)
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void aManualTokenLetsNobodyInUntilAPersonApproves() {
        Token token = manager.newEnrollmentToken(1, "MANUAL");
        KeyPair keys = keys();
        JsonNode waiting = json(enroll(token, name, pem(keys)));
        assertThat(waiting.get("status").asString()).isEqualTo("PENDING");
        assertThat(waiting.has("nodeToken")).isFalse();
        assertThat(json(enroll(token, name, pem(keys))).get("status").asString())
                .isEqualTo("PENDING");

        manager.jdbc()
                .sql("update node set state = 'ACTIVE' where id = :id")
                .param("id", id(waiting))
                .update();

        JsonNode approved = json(enroll(token, name, pem(keys), keys));
        assertThat(approved.get("status").asString()).isEqualTo("ENROLLED");
        assertThat(poll(approved.get("nodeToken").asString())).isLessThan(300);
    }

    @Test
    void aMachineThatTakesALivingNodesNameWaitsBesideItAndTheOldIdentityStays() {
        JsonNode living = json(enroll(manager.newEnrollmentToken(1, "AUTO"), name, ManagerUnderTest.newPublicKey()));

        JsonNode other = json(enroll(manager.newEnrollmentToken(1, "AUTO"), name, ManagerUnderTest.newPublicKey()));

        assertThat(other.get("status").asString()).isEqualTo("PENDING");
        assertThat(other.get("nodeId")).isNotEqualTo(living.get("nodeId"));
        assertThat(poll(living.get("nodeToken").asString())).isLessThan(300);
    }

    @Test
    void aNodeThatWasRegisteredBeforeIsClaimedByItsNameAtTheTokensSite() {
        Token token = manager.newEnrollmentToken(2, "AUTO");
        UUID registered = register(name, siteOf(token));
        UUID elsewhere = register(name + "-elsewhere", manager.newSite());

        assertThat(id(json(enroll(token, name, ManagerUnderTest.newPublicKey()))))
                .isEqualTo(registered);
        JsonNode foreign = json(enroll(token, name + "-elsewhere", ManagerUnderTest.newPublicKey()));
        assertThat(foreign.get("status").asString()).isEqualTo("PENDING");
        assertThat(id(foreign)).isNotEqualTo(elsewhere);
    }

    @Test
    void withoutANameTheSerialNumberMakesOne() {
        String serial = UUID.randomUUID().toString();
        JsonNode answer = json(manager.nodeCall("enroll", null, """
                {"enrollmentToken": "%s", "publicKey": "%s", "hardwareIds": {"mac": "00:11", "serial": "%s"}}
                """.formatted(
                        manager.newEnrollmentToken(1, "AUTO").text(), ManagerUnderTest.newPublicKey(), serial)));

        assertThat(manager.jdbc()
                        .sql("select name from node where id = :id")
                        .param("id", id(answer))
                        .query(String.class)
                        .single())
                .isEqualTo("node-" + serial);
    }

    @Test
    void aBadTokenIsRefusedInTheSameWordsAndWritesNothing() {
        Token good = manager.newEnrollmentToken(5, "AUTO");
        Token expired = manager.newEnrollmentToken(5, "AUTO");
        manager.jdbc()
                .sql("update enrollment_token set expires_at = now() - interval '1 s' where id = :id")
                .param("id", expired.id())
                .update();
        Token revoked = manager.newEnrollmentToken(5, "AUTO");
        manager.jdbc()
                .sql("update enrollment_token set revoked_at = now() where id = :id")
                .param("id", revoked.id())
                .update();
        String before = rows();

        List<String> bodies = new ArrayList<>();
        for (String text : List.of(
                Token.generate(Token.Kind.ENROLLMENT).text(),
                new Token(
                                Token.Kind.ENROLLMENT,
                                good.id(),
                                Token.generate(Token.Kind.API).secret())
                        .text(),
                new Token(Token.Kind.NODE, good.id(), good.secret()).text(),
                expired.text(),
                revoked.text(),
                "nonsense")) {
            HttpResponse<String> answer = enroll(text, name, ManagerUnderTest.newPublicKey());
            assertThat(answer.statusCode()).isEqualTo(401);
            bodies.add(answer.body().replaceAll("\"requestId\":\"[^\"]*\"", ""));
        }

        assertThat(bodies.stream().distinct()).hasSize(1);
        assertThat(rows()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no key at all",
                "-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----",
                // RSA, 512 bits
                "-----BEGIN PUBLIC KEY-----\\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKhR4kXmSXdZCqVJYHwMzVYs3iVPSP0sVrmMa8hV6WzqLk4u1fJ0QH0hM8nqGhYbm0y3yDs5t0N6fRZk0mJpLWECAwEAAQ==\\n-----END PUBLIC KEY-----"
            })
    void whatIsNoKeyIsRefusedAndUsesNothingUp(String key) {
        Token token = manager.newEnrollmentToken(1, "AUTO");

        HttpResponse<String> answer = enroll(token, name, key);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"pointer\":\"/publicKey\"");
        assertThat(uses(token)).isZero();
    }

    private HttpResponse<String> enroll(Token token, String name, String key) {
        return enroll(token.text(), name, key);
    }

    private static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
        }
    }

    /** Escaped for a JSON string. */
    private static String pem(KeyPair keys) {
        return "-----BEGIN PUBLIC KEY-----\\n%s\\n-----END PUBLIC KEY-----\\n"
                .formatted(Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()));
    }

    /** With the proof that whoever asks has the private key. */
    private HttpResponse<String> enroll(Token token, String name, String key, KeyPair proving) {
        try {
            return manager.nodeCall("enroll", null, """
                    {"enrollmentToken": "%s", "name": "%s", "publicKey": "%s", "keyProof": "%s"}
                    """.formatted(
                            token.text(), name, key, NodeTls.keyProof(proving.getPrivate(), token.text())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("expected a key that signs", e);
        }
    }

    private HttpResponse<String> enroll(String token, String name, String key) {
        return manager.nodeCall("enroll", null, """
                {"enrollmentToken": "%s", "name": "%s", "publicKey": "%s",
                 "facts": {"architecture": "x86_64",
                           "slots": [{"name": "A", "state": "ACTIVE", "imageVersion": "1"},
                                     {"name": "B", "state": "INACTIVE"}]}}
                """.formatted(token, name, key));
    }

    private int poll(String nodeToken) {
        return manager.nodeCall("poll", nodeToken, "{\"bootId\": \"b1\"}").statusCode();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    private static UUID id(JsonNode answer) {
        return UUID.fromString(answer.get("nodeId").asString());
    }

    private int count(String table, JsonNode answer) {
        return manager.jdbc()
                .sql("select count(*) from " + table + " where node_id = :id")
                .param("id", id(answer))
                .query(Integer.class)
                .single();
    }

    private String stateOf(JsonNode answer) {
        return manager.jdbc()
                .sql("select state from node where id = :id")
                .param("id", id(answer))
                .query(String.class)
                .single();
    }

    private int uses(Token token) {
        return manager.jdbc()
                .sql("select uses from enrollment_token where id = :id")
                .param("id", token.id())
                .query(Integer.class)
                .single();
    }

    private UUID siteOf(Token token) {
        return manager.jdbc()
                .sql("select site_id from enrollment_token where id = :id")
                .param("id", token.id())
                .query(UUID.class)
                .single();
    }

    private UUID register(String name, UUID site) {
        UUID id = UUID.randomUUID();
        manager.jdbc()
                .sql("""
                        insert into node (tenant_id, id, name, site_id, architecture)
                        values (:tenant, :id, :name, :site, 'x86_64')
                        """)
                .param("tenant", TenantId.DEFAULT.value())
                .param("id", id)
                .param("name", name)
                .param("site", site)
                .update();
        return id;
    }

    private String rows() {
        return manager.jdbc().sql("""
                        select concat_ws(' ', (select count(*) from node), (select count(*) from credential),
                                              (select count(*) from audit_event), (select count(*) from outbox),
                                              (select sum(uses) from enrollment_token))
                        """).query(String.class).single();
    }

    private interface Numbered {
        int answer(int number) throws Exception;
    }

    private static List<Integer> atOnce(int times, Numbered call) throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                int number = i;
                futures.add(threads.submit(() -> call.answer(number)));
            }
            List<Integer> answers = new ArrayList<>();
            for (Future<Integer> future : futures) {
                answers.add(future.get());
            }
            return answers;
        }
    }
}
