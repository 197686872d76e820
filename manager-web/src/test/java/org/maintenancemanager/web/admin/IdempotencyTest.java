package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.web.admin.AdminApi.Reply;
import org.springframework.jdbc.core.simple.JdbcClient;

class IdempotencyTest {
    private final AdminApi api = new AdminApi();
    private final JdbcClient jdbc = api.manager.jdbc();
    private final String site = "{\"path\":\"/idempotent/%s\",\"zone\":\"UTC\"}".formatted(UUID.randomUUID());
    private final String key = UUID.randomUUID().toString();

    @Test
    void sameRequestWithTheSameKeyIsDoneOnceAndAnsweredAlike() {
        Reply first = api.post("/api/v1/sites", site, key).expect(201);
        Reply second = api.post("/api/v1/sites", site, key).expect(201);

        assertThat(second.http().body()).isEqualTo(first.http().body());
        assertThat(second.http().headers().firstValue("Location"))
                .isEqualTo(first.http().headers().firstValue("Location"));
        assertThat(second.http().headers().firstValue("Idempotency-Replayed")).hasValue("true");
        assertThat(first.http().headers().firstValue("Idempotency-Replayed")).isEmpty();
    }

    @Test
    void keyServesOneRequestOnly() {
        api.post("/api/v1/sites", site, key).expect(201);

        assertThat(api.post("/api/v1/sites", site.replace("UTC", "Europe/Oslo"), key)
                        .expect(409)
                        .code())
                .isEqualTo("idempotency-mismatch");
        assertThat(api.post("/api/v1/nodes", site, key).expect(409).code()).isEqualTo("idempotency-mismatch");
    }

    @Test
    void failureIsNotKept() {
        String place = "/failed-" + UUID.randomUUID();
        String node = "{\"name\":\"n\",\"site\":\"%s\",\"architecture\":\"x86_64\"}".formatted(place);
        api.post("/api/v1/nodes", node, key).expect(400);
        api.post("/api/v1/sites", "{\"path\":\"%s\",\"zone\":\"UTC\"}".formatted(place))
                .expect(201);

        api.post("/api/v1/nodes", node, key).expect(201);
    }

    @Test
    void ofConcurrentRequestsOneIsDone() throws Exception {
        List<Reply> replies = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> calls = threads.invokeAll(
                    java.util.Collections.nCopies(12, (Callable<Reply>) () -> api.post("/api/v1/sites", site, key)));
            for (Future<Reply> call : calls) {
                replies.add(call.get());
            }
        }

        // Whoever came after the first had ended got its answer; whether anybody came earlier is up to the machine.
        assertThat(replies).extracting(Reply::status).isSubsetOf(201, 409).contains(201);
        assertThat(replies.stream().filter(reply -> reply.status() == 201))
                .extracting(Reply::id)
                .containsOnly(api.post("/api/v1/sites", site, key).expect(201).id());
        assertThat(replies.stream().filter(reply -> reply.status() == 409))
                .allSatisfy(reply -> assertThat(reply.http().headers().firstValue("Retry-After"))
                        .isPresent());
    }

    @Test
    void keyOfARequestThatDiedIsTakenOver() {
        api.post("/api/v1/sites", site, key).expect(201);
        String other = UUID.randomUUID().toString();
        // As if the manager had been killed between the claim and the commit.
        jdbc.sql("""
                        insert into idempotency_key (tenant_id, api_token_id, idempotency_key, request_sha256, created_at)
                        select tenant_id, api_token_id, :other, request_sha256, now() - interval '4 minutes'
                        from idempotency_key where idempotency_key = :key
                        """).param("other", other).param("key", key).update();
        assertThat(api.post("/api/v1/sites", site, other).expect(409).code()).isEqualTo("illegal-state");

        jdbc.sql("update idempotency_key set created_at = now() - interval '6 minutes' where idempotency_key = :other")
                .param("other", other)
                .update();

        assertThat(api.post("/api/v1/sites", site, other).expect(409).code()).isEqualTo("conflict");
    }

    @Test
    void keptAnswerHoldsNoReadableSecret() {
        api.newSite();
        Reply created = api.post(
                        "/api/v1/api-tokens",
                        "{\"name\":\"kept\",\"scopes\":[\"read\"],\"expiresAt\":\"2099-01-01T00:00:00Z\"}",
                        key)
                .expect(201);

        String kept = jdbc.sql("select body from idempotency_key where tenant_id = :tenant and idempotency_key = :key")
                .param("tenant", TenantId.DEFAULT.value())
                .param("key", key)
                .query(String.class)
                .single();
        assertThat(new String(java.util.Base64.getDecoder().decode(kept), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain(created.body().get("token").asString());
        assertThat(api.post(
                                "/api/v1/api-tokens",
                                "{\"name\":\"kept\",\"scopes\":[\"read\"],\"expiresAt\":\"2099-01-01T00:00:00Z\"}",
                                key)
                        .body())
                .isEqualTo(created.body());
    }

    @Test
    void keyIsChecked() {
        assertThat(api.post("/api/v1/sites", site, "x".repeat(201)).expect(400).errors())
                .containsExactly("/Idempotency-Key: must be 1 to 200 printable ASCII characters");
    }
}
