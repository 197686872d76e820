package org.maintenancemanager.web.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.grpc.maintmgr.MaintmgrServiceGrpc;
import org.maintenancemanager.api.grpc.maintmgr.PlatformUpdateStatusRequest;
import org.maintenancemanager.api.grpc.maintmgr.UpdateStatus;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestTenant;
import tools.jackson.databind.JsonNode;

/** Suspension and the quota of polls reach every way in: people, and the protocols of other managers' clients. */
@NullMarked
class SuspendedTenantTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    /** A device API client of the tenant. */
    private record Client(ManagerUnderTest manager, TestTenant tenant, String name, String token) {
        HttpResponse<String> get(String path) {
            return manager.send(request(path).GET());
        }

        HttpRequest.Builder request(String path) {
            return manager.request("/%s/controller/v1/%s%s".formatted(tenant.name, name, path))
                    .header("Authorization", "TargetToken " + token);
        }
    }

    private Client client(TestTenant tenant) {
        String name = "press-" + UUID.randomUUID();
        tenant.post("/api/v1/sites", "{\"path\": \"/here\", \"name\": \"Here\", \"zone\": \"UTC\"}");
        String node = body(tenant.post("/api/v1/nodes", """
                        {"name": "%s", "site": "/here", "architecture": "x86_64"}""".formatted(name)))
                .get("id")
                .asString();
        assertThat(tenant.patch("/api/v1/nodes/" + node + "/client", "{\"controllerId\": \"%s\"}".formatted(name))
                        .statusCode())
                .isEqualTo(200);
        String token = body(tenant.post("/api/v1/nodes/" + node + "/client/tokens", "{}"))
                .get("token")
                .asString();
        return new Client(manager, tenant, name, token);
    }

    private static JsonNode body(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return Browser.body(answer);
    }

    @Test
    void deviceApiClientsOfItMayReportAndNothingElse() {
        var tenant = new TestTenant(manager, "{}");
        Client client = client(tenant);
        tenant.send("PUT", "/api/v1/ddi-gateway", "application/json", """
                {"registration": {"site": "/here", "architecture": "x86_64", "maxNodes": 5}}""");
        String gateway =
                body(tenant.post("/api/v1/ddi-gateway:rotate", "")).get("token").asString();
        assertThat(client.get("").statusCode()).isEqualTo(200);

        tenant.act("suspend");
        await().until(() -> client.get("").statusCode() == 403);
        for (String path : List.of(
                "", "/deploymentBase/1", "/installedBase/1", "/cancelAction/1", "/softwaremodules/1/artifacts")) {
            HttpResponse<String> refused = client.get(path);
            assertThat(refused.statusCode()).as(path).isEqualTo(403);
            assertThat(refused.body()).contains("tenant-suspended");
        }
        assertThat(manager.send(client.request("/configData")
                                .header("Content-Type", "application/json")
                                .PUT(HttpRequest.BodyPublishers.ofString("{\"data\": {\"while\": \"suspended\"}}")))
                        .statusCode())
                .isEqualTo(200);
        String newcomer = "new-" + UUID.randomUUID();
        HttpResponse<String> registered = registered(tenant, newcomer, gateway);
        assertThat(registered.statusCode()).as("nobody becomes a node of it").isEqualTo(403);

        tenant.act("resume");
        await().until(() -> client.get("").statusCode() == 200);
        assertThat(tenant.get("/api/v1/nodes?filter=name==" + newcomer).body()).contains("\"items\":[]");
        assertThat(registered(tenant, newcomer, gateway).statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> registered(TestTenant tenant, String controller, String gateway) {
        return manager.send(manager.request("/%s/controller/v1/%s".formatted(tenant.name, controller))
                .header("Authorization", "GatewayToken " + gateway));
    }

    @Test
    void theQuotasOfNodesAndPollsHoldForDeviceApiClients() {
        var tenant = new TestTenant(manager, "{\"maxPollsPerSecond\": 1, \"maxNodes\": 2}");
        Client one = client(tenant);
        Client two = client(tenant);
        tenant.send("PUT", "/api/v1/ddi-gateway", "application/json", """
                {"registration": {"site": "/here", "architecture": "x86_64", "maxNodes": 5}}""");
        String gateway =
                body(tenant.post("/api/v1/ddi-gateway:rotate", "")).get("token").asString();

        HttpResponse<String> third = registered(tenant, "third", gateway);
        assertThat(third.statusCode()).isEqualTo(409);
        assertThat(third.body()).contains("quota-exceeded", "may have 2 nodes");
        await().until(() -> one.get("").statusCode() == 429 || two.get("").statusCode() == 429);
        await().until(() -> two.get("").statusCode() == 200);
    }

    @Test
    void agentsByGrpcAreRefusedAndCountedToo() {
        var tenant = new TestTenant(manager, "{\"maxPollsPerSecond\": 1}");
        UUID guid = UUID.randomUUID();
        tenant.post("/api/v1/sites", "{\"path\": \"/here\", \"name\": \"Here\", \"zone\": \"UTC\"}");
        JsonNode node = body(tenant.post("/api/v1/nodes", """
                {"name": "host", "site": "/here", "architecture": "x86_64", "issueToken": true}"""));
        tenant.patch(
                "/api/v1/nodes/" + node.get("id").asString() + "/client", "{\"hostGuid\": \"%s\"}".formatted(guid));
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", manager.grpcPort())
                .usePlaintext()
                .build();
        try {
            var headers = new Metadata();
            headers.put(
                    Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                    "Bearer " + node.get("token").asString());
            MaintmgrServiceGrpc.MaintmgrServiceBlockingStub agent = MaintmgrServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));

            await().until(() -> call(agent, guid) == Status.Code.OK);
            await().until(() -> call(agent, guid) == Status.Code.RESOURCE_EXHAUSTED);
            tenant.act("suspend");
            await().until(() -> call(agent, guid) == Status.Code.PERMISSION_DENIED);
            tenant.act("resume");
            await().until(() -> call(agent, guid) == Status.Code.OK);
        } finally {
            channel.shutdownNow();
        }
    }

    private static Status.Code call(MaintmgrServiceGrpc.MaintmgrServiceBlockingStub agent, UUID guid) {
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> agent.platformUpdateStatus(PlatformUpdateStatusRequest.newBuilder()
                        .setHostGuid(guid.toString())
                        .setUpdateStatus(
                                UpdateStatus.newBuilder().setStatusType(UpdateStatus.StatusType.STATUS_TYPE_UP_TO_DATE))
                        .build()));
        return failure == null ? Status.Code.OK : failure.getStatus().getCode();
    }

    @Test
    void itsPeopleLogInNoMoreAndAreToldNothing() {
        var tenant = new TestTenant(manager, "{}");
        String name = "person-" + UUID.randomUUID();
        String password = body(tenant.post("/api/v1/people", """
                        {"name": "%s", "grants": [{"role": "security-admin"}]}""".formatted(name)))
                .get("password")
                .asString();
        var browser = new Browser(manager);
        assertThat(browser.logIn(name, password).statusCode()).isEqualTo(200);
        assertThat(browser.get("/console/session").statusCode()).isEqualTo(200);

        tenant.act("suspend");
        HttpResponse<String> right = new Browser(manager).logIn(name, password);
        HttpResponse<String> wrong = new Browser(manager).logIn(name, "a wrong password");
        HttpResponse<String> nobody = new Browser(manager).logIn("nobody-" + UUID.randomUUID(), password);
        HttpResponse<String> secret = new Browser(manager).logInBySecret(tenant.token);
        for (HttpResponse<String> answer : List.of(right, wrong, nobody, secret)) {
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body().replaceAll("\"requestId\":\"[^\"]*\"", ""))
                    .isEqualTo(wrong.body().replaceAll("\"requestId\":\"[^\"]*\"", ""));
        }
        await().until(() -> browser.get("/console/session").statusCode() == 403);
        assertThat(manager.jdbc()
                        .sql("select count(*) from console_session where tenant_id = cast(:tenant as uuid)")
                        .param("tenant", tenant.id)
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }
}
