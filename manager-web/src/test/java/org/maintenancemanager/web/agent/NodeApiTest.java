package org.maintenancemanager.web.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.ManagerUnderTest.EnrolledNode;

@NullMarked
class NodeApiTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();
    private final EnrolledNode node = manager.newNode("node-" + UUID.randomUUID());

    @Test
    void aPollWithNothingNewIsAnsweredWithoutABody() {
        HttpResponse<String> answer =
                manager.nodeCall("poll", node.token(), "{\"bootId\": \"b1\", \"lastSeq\": 0, \"knownVersion\": 0}");

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValueAsLong("Next-Poll-Seconds").orElse(0))
                .isPositive();
        assertThat(answer.headers().firstValue("Server-Epoch"))
                .contains(manager.jdbc()
                        .sql("select epoch::text from server_epoch")
                        .query(String.class)
                        .single());
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void unknownFieldsAreIgnoredSoThatNewerNodesMayTalkToOlderManagers() {
        assertThat(manager.nodeCall("poll", node.token(), "{\"bootId\": \"b1\", \"mood\": {\"good\": [1, 2]}}")
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void anEmptyReportIsAnswered() {
        HttpResponse<String> answer = manager.nodeCall("reports", node.token(), "{}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"ackedSeq\":0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            poll    | {}                                                   | /bootId
            poll    | {"bootId": ""}                                       | /bootId
            poll    | {"bootId": 7}                                        | /bootId
            poll    | {"bootId": null}                                     | /bootId
            poll    | {"bootId": "a\\u0000b"}                              | /bootId
            poll    | {"bootId": "b", "lastSeq": -1}                       | /lastSeq
            poll    | {"bootId": "b", "lastSeq": "1"}                      | /lastSeq
            poll    | {"bootId": "b", "lastSeq": 1.5}                      | /lastSeq
            poll    | {"bootId": "b", "lastSeq": 9223372036854775808}      | /lastSeq
            poll    | {"bootId": "b", "knownVersion": -1}                  | /knownVersion
            reports | {"reports": {}}                                      | /reports
            reports | {"reports": [null]}                                  | /reports/0
            reports | {"reports": [{"seq": 1, "state": "TRIAL"}]}          | /reports/0/bootId
            reports | {"reports": [{"bootId": "b", "state": "TRIAL"}]}     | /reports/0/seq
            reports | {"reports": [{"bootId": "b", "seq": 0, "state": "TRIAL"}]} | /reports/0/seq
            reports | {"reports": [{"bootId": "b", "seq": 1}]}             | /reports/0/state
            reports | {"reports": [{"bootId": "b", "seq": 1, "state": "JUMPING"}]} | /reports/0/state
            reports | {"reports": [{"bootId": "b", "seq": 1, "state": 3}]} | /reports/0/state
            reports | {"reports": [{"bootId": "b", "seq": 1, "state": "TRIAL", "phase": "TRIAL"}]} | /reports/0/phase
            reports | {"reports": [{"bootId": "b", "seq": 1, "state": "FAILED", "phase": "LUNCH"}]} | /reports/0/phase
            reports | {"reports": [{"bootId": "b", "seq": 1, "state": "TRIAL", "progressPercent": 101}]} | /reports/0/progressPercent
            reports | {"reports": [{"bootId": "b", "seq": 1, "state": "TRIAL", "updateId": "x"}]} | /reports/0/updateId
            reports | {"facts": {"slots": [{"name": "C", "state": "ACTIVE"}]}}  | /facts/slots/0/name
            reports | {"facts": {"slots": [{"name": "A"}]}}                | /facts/slots/0/state
            reports | {"facts": {"slots": [{"name": "A", "state": "BAD"}, {"name": "A", "state": "BAD"}]}} | /facts/slots/1/name
            reports | {"facts": {"slots": [{"name": "A", "state": "BAD", "imageSha256": "F0"}]}} | /facts/slots/0/imageSha256
            reports | {"facts": {"labels": {"a/b": null}}}                 | /facts/labels/a~1b
            reports | {"facts": {"architecture": ""}}                      | /facts/architecture
            """)
    void aWrongFieldIsNamed(String call, String body, String pointer) {
        HttpResponse<String> answer = manager.nodeCall(call, node.token(), body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body())
                .contains("\"code\":\"invalid-request\"", "\"pointer\":\"" + pointer + "\"")
                .doesNotContain("Exception", "tools.jackson", "java.lang");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "nul", "null", "7", "{\"bootId\": \"b\"} x", "{\"bootId\": \"\u00e9", "{'a': 1}"})
    void whatIsNoJsonObjectIsRefused(String body) {
        HttpResponse<String> answer = manager.nodeCall("poll", node.token(), body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("\"code\":\"malformed-body\"").doesNotContain("Exception", "java.lang");
    }

    @Test
    void badUtf8IsRefused() {
        HttpResponse<String> answer = manager.send(manager.request("/node/v1/poll")
                .header("Authorization", "Bearer " + node.token())
                .POST(BodyPublishers.ofByteArray(
                        "{\"bootId\": \"?\"}".replace('?', '\u00ff').getBytes(StandardCharsets.ISO_8859_1))));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    }

    @Test
    void deepNestingIsRefused() {
        assertThat(manager.nodeCall("poll", node.token(), "{\"x\":" + "[".repeat(30_000))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aBodyOverTheLimitIsRefusedWhetherItsLengthIsAnnouncedOrNot() {
        byte[] tooLarge = " ".repeat(64 * 1024 + 1).getBytes(StandardCharsets.UTF_8);

        HttpResponse<String> announced = manager.send(manager.request("/node/v1/reports")
                .header("Authorization", "Bearer " + node.token())
                .POST(BodyPublishers.ofByteArray(tooLarge)));
        HttpResponse<String> chunked = manager.send(manager.request("/node/v1/reports")
                .header("Authorization", "Bearer " + node.token())
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(tooLarge))));

        assertThat(announced.statusCode()).isEqualTo(413);
        assertThat(announced.body()).contains("\"code\":\"too-large\"");
        assertThat(chunked.statusCode()).isEqualTo(413);
    }

    @Test
    void aBodyOfExactlyTheLimitIsRead() {
        String body = "{}" + " ".repeat(64 * 1024 - 2);

        assertThat(manager.nodeCall("reports", node.token(), body).statusCode()).isEqualTo(200);
    }

    @Test
    void longTextAndTooManyReportsAreRefused() {
        String report = "{\"bootId\":\"b\",\"seq\":1,\"state\":\"TRIAL\",\"text\":\"%s\"}";
        String one = "{\"reports\":[" + report + "]}";

        assertThat(manager.nodeCall("reports", node.token(), one.formatted("x".repeat(16385)))
                        .body())
                .contains("/reports/0/text");
        assertThat(manager.nodeCall("reports", node.token(), one.formatted("\u00e9".repeat(8193)))
                        .body())
                .contains("/reports/0/text");
        assertThat(manager.nodeCall(
                                "reports",
                                node.token(),
                                "{\"reports\":["
                                        + "{\"bootId\":\"b\",\"seq\":1,\"state\":\"TRIAL\"},".repeat(500)
                                        + "{\"bootId\":\"b\",\"seq\":1,\"state\":\"TRIAL\"}]}")
                        .body())
                .contains("\"pointer\":\"/reports\"");
    }

    @Test
    void wrongTokensAreRefusedInTheSameWords() {
        String other = Token.generate(Token.Kind.API).secret();
        Token mine = Token.parse(node.token()).orElseThrow();

        for (String token : new String[] {
            "nonsense",
            Token.generate(Token.Kind.NODE).text(),
            new Token(Token.Kind.NODE, mine.id(), other).text(),
            new Token(Token.Kind.API, mine.id(), mine.secret()).text(),
            manager.apiToken()
        }) {
            HttpResponse<String> answer = manager.nodeCall("poll", token, "{\"bootId\": \"b\"}");
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .hasValueSatisfying(value -> assertThat(value).startsWith("Bearer"));
            assertThat(answer.body().replaceAll("\"requestId\":\"[^\"]*\"", "\"requestId\":\"?\""))
                    .isEqualTo("{\"type\":\"urn:maintmgr:problem:unauthenticated\",\"title\":\"No valid credential\","
                            + "\"status\":401,\"code\":\"unauthenticated\",\"advice\":\"Send a valid token as"
                            + " Authorization: Bearer.\",\"requestId\":\"?\"}");
        }
    }

    @Test
    void anotherMethodIsNotAllowed() {
        HttpResponse<String> answer =
                manager.send(manager.request("/node/v1/poll").header("Authorization", "Bearer " + node.token()));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
    }

    @Test
    void theRequestIdOfTheNodeComesBackUnlessItIsUnfit() {
        var request = manager.request("/node/v1/poll").POST(BodyPublishers.ofString("{}"));

        assertThat(manager.send(request.copy().header("X-Request-Id", "abc-1"))
                        .headers()
                        .firstValue("X-Request-Id"))
                .contains("abc-1");
        assertThat(manager.send(request.copy().header("X-Request-Id", "a b\"c"))
                        .headers()
                        .firstValue("X-Request-Id"))
                .hasValueSatisfying(id -> assertThat(id).matches("[0-9a-f]{16}"));
    }

    @Test
    void anotherNodesUpdateLooksAsIfItWereNotThere() {
        EnrolledNode other = manager.newNode("node-" + UUID.randomUUID());
        UUID update = newUpdateOf(other);
        String report = "{\"reports\":[{\"bootId\":\"b\",\"seq\":1,\"updateId\":\"%s\",\"state\":\"DOWNLOADING\"}]}";

        HttpResponse<String> foreign = manager.nodeCall("reports", node.token(), report.formatted(update));
        UUID nobodys = UUID.randomUUID();
        HttpResponse<String> missing = manager.nodeCall("reports", node.token(), report.formatted(nobodys));

        assertThat(foreign.statusCode()).as(foreign.body()).isEqualTo(404);
        assertThat(withoutIds(foreign.body(), update)).isEqualTo(withoutIds(missing.body(), nobodys));
        assertThat(manager.jdbc()
                        .sql("select state from node_update where id = :id")
                        .param("id", update)
                        .query(String.class)
                        .single())
                .isEqualTo("OFFERED");
        assertThat(manager.jdbc()
                        .sql("select count(*) from report where node_id in (:nodes)")
                        .param("nodes", List.of(node.id(), other.id()))
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private static String withoutIds(String body, UUID update) {
        return body.replaceAll("\"requestId\":\"[^\"]*\"", "").replace(update.toString(), "");
    }

    private UUID newUpdateOf(EnrolledNode owner) {
        UUID image = UUID.randomUUID();
        UUID campaign = UUID.randomUUID();
        UUID update = UUID.randomUUID();
        manager.jdbc()
                .sql("""
                        with image as (
                            insert into image (tenant_id, id, family, image_version, release_counter, architecture,
                                               size_bytes, sha256, state)
                            values (:tenant, :image, 'edge', cast(:image as text), 1, 'x86_64', 1, :sha256, 'PUBLISHED')
                            returning tenant_id, id),
                        campaign as (
                            insert into campaign (tenant_id, id, name, state, image_id, all_nodes, max_in_flight)
                            select tenant_id, :campaign, cast(:campaign as text), 'PAUSED', id, true, 1 from image
                            returning tenant_id, id, image_id),
                        wave as (
                            insert into wave (tenant_id, campaign_id, ordinal, name, kind)
                            select tenant_id, id, 0, 'all', 'REST' from campaign
                            returning tenant_id),
                        counter as (
                            insert into campaign_counter (tenant_id, campaign_id)
                            select tenant_id, id from campaign),
                        offered as (
                            insert into wave_counter (tenant_id, campaign_id, wave, state, updates)
                            select tenant_id, id, 0, 'OFFERED', 1 from campaign)
                        insert into node_update (tenant_id, id, campaign_id, node_id, wave, image_id)
                        select campaign.tenant_id, :update, id, :node, 0, image_id from campaign, wave
                        """)
                .param("tenant", TenantId.DEFAULT.value())
                .param("image", image)
                .param("sha256", "0".repeat(64))
                .param("campaign", campaign)
                .param("update", update)
                .param("node", owner.id())
                .update();
        return update;
    }

    @Test
    void aNodeThatPollsWithoutPauseIsToldToWait() {
        HttpResponse<String> answer = poll();
        for (int i = 0; i < 100 && answer.statusCode() == 204; i++) {
            answer = poll();
        }

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
    }

    private HttpResponse<String> poll() {
        return manager.nodeCall("poll", node.token(), "{\"bootId\": \"b\"}");
    }
}
