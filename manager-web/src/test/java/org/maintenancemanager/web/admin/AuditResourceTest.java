package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.audit.AuditExport;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import tools.jackson.databind.JsonNode;

class AuditResourceTest {
    private final AdminApi api = new AdminApi();

    @Test
    void changesAreChainedWithinSecondsAndTheChainIsIntact() {
        String site = api.newSite();
        String event = api.get("/api/v1/audit-events?filter=" + AdminApi.encoded("action==site.created") + "&limit=1")
                .expect(200)
                .body()
                .at("/items/0/id")
                .asString();
        await("the event is in the chain")
                .atMost(Duration.ofSeconds(20))
                .until(() -> export("").stream().anyMatch(line -> line.contains(event)));

        JsonNode outcome = api.get("/api/v1/audit:verify").expect(200).body();
        assertThat(outcome.get("intact").asBoolean()).as(outcome.toString()).isTrue();
        assertThat(outcome.get("events").asLong()).isPositive();
        assertThat(outcome.has("flaw")).isFalse();
        assertThat(export("").stream().filter(line -> line.contains(site))).isNotEmpty();
    }

    @Test
    void checkpointsAndTheirKeyAreShown() {
        api.newSite();
        await("the first checkpoint")
                .atMost(Duration.ofSeconds(20))
                .until(() -> api.get("/api/v1/audit/checkpoints")
                                .expect(200)
                                .body()
                                .get("items")
                                .size()
                        > 0);

        JsonNode key = api.get("/api/v1/audit/keys").expect(200).body().at("/items/0");
        assertThat(key.get("publicKey").asString()).startsWith("-----BEGIN PUBLIC KEY-----");
        assertThat(key.get("signing").asBoolean()).isTrue();
        assertThat(api.get("/api/v1/audit/checkpoints?filter=seq=ge=1&sort=seq")
                        .expect(200)
                        .body()
                        .at("/items/0/keyId"))
                .isEqualTo(key.get("keyId"));
    }

    @Test
    void exportBeginsWithAHeaderAndEndsWithATrailer() {
        api.newSite();
        List<String> lines = export("?from=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z");
        assertThat(lines.getFirst()).startsWith("{\"header\":{\"format\":\"maintenance-manager audit export 1\"");
        assertThat(lines.getLast()).startsWith("{\"trailer\":{\"events\":");
    }

    @Test
    void wrongPeriodsAreRefused() {
        assertThat(api.get("/api/v1/audit/export?from=yesterday").expect(400).errors())
                .containsExactly(
                        "/from: 'yesterday' is no instant; allowed is one with a zone, such as 2026-03-01T02:00:00Z");
        assertThat(api.get("/api/v1/audit/export?until=2026-03-01").expect(400).errors())
                .singleElement()
                .asString()
                .startsWith("/until: ");
        assertThat(api.get("/api/v1/audit/export?from=2026-03-01T00:00:00Z&until=2026-03-01T00:00:00Z")
                        .expect(400)
                        .errors())
                .singleElement()
                .asString()
                .startsWith("/from: ");
    }

    @Test
    void oneAtATimeOthersAreToldToWait() throws Exception {
        List<AdminApi.Reply> replies = new ArrayList<>();
        AuditExport exporter = api.manager.bean(AuditExport.class);
        var context = new CallContext(TenantId.DEFAULT, CallContext.ActorKind.SYSTEM, "test", null);
        await("no other test reads the audit")
                .atMost(Duration.ofSeconds(20))
                .until(() -> context.call(() -> exporter.write(null, null, () -> {
                    replies.add(api.get("/api/v1/audit:verify"));
                    replies.add(api.get("/api/v1/audit/export"));
                    return OutputStream.nullOutputStream();
                })));
        assertThat(replies).hasSize(2).allSatisfy(reply -> {
            assertThat(reply.expect(429).code()).isEqualTo("too-many-requests");
            assertThat(reply.http().headers().firstValue("Retry-After")).hasValue("10");
        });
    }

    @Test
    void metricsSayHowChainingKeepsUp() {
        assertThat(api.manager.get("/actuator/prometheus").body())
                .contains(
                        "manager_audit_waiting ",
                        "manager_audit_checkpoint_age_seconds ",
                        "manager_audit_chained_total ",
                        "manager_audit_verify_failures_total ");
    }

    private List<String> export(String query) {
        var answer = api.manager.get("/api/v1/audit/export" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/x-ndjson");
        return answer.body().lines().toList();
    }
}
