package org.maintenancemanager.web.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.testing.TestDatabase;
import org.maintenancemanager.web.MaintenanceManager;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The whole server, started once a JVM on its own database and on free ports of 127.0.0.1. Tests share it, so each makes
 * its own objects and counts on nothing but them.
 */
public final class ManagerUnderTest {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    private static final JsonMapper JSON = JsonMapper.shared();

    private final TestDatabase.Connect database;
    private final Token apiToken;
    private final ConfigurableApplicationContext context;
    private final Path nodeAuthority;
    private @Nullable ApplicationContext management;
    private final JdbcClient jdbc;

    private ManagerUnderTest(String... settings) {
        this(TestDatabase.create(), Token.generate(Token.Kind.API), newDirectory("node-authority-"), settings);
    }

    private ManagerUnderTest(TestDatabase.Connect database, Token apiToken, Path nodeAuthority, String... settings) {
        this.nodeAuthority = nodeAuthority;
        this.database = database;
        this.apiToken = apiToken;
        context = new SpringApplicationBuilder(MaintenanceManager.class)
                // The database goes down with the JVM, at the same moment: an orderly stop could only wait for it in
                // vain.
                .registerShutdownHook(false)
                .listeners(this::noteManagement)
                .run(arguments(settings));
        jdbc = JdbcClient.create(database.dataSource());
    }

    /** A setting goes before what every manager of the tests has, and before application.yml. */
    private String[] arguments(String... settings) {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.profiles.active=plain",
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password(),
                "--manager.artifacts.directory=" + newDirectory("artifacts-"),
                "--manager.audit.directory=" + newDirectory("audit-"),
                "--manager.node-authority.directory=" + nodeAuthority,
                "--manager.access.key-file=target/test-access.key",
                // Quartz keeps its schedulers and their data sources in one static map, by this name.
                "--spring.quartz.scheduler-name=scheduler-" + UUID.randomUUID(),
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--management.server.port=0",
                "--spring.grpc.server.address=127.0.0.1",
                "--spring.grpc.server.port=0",
                "--manager.artifacts.directory=target/test-artifacts",
                "--manager.artifacts.keep-free=0B",
                // A calendar's server in a test listens there; 127.0.0.1 itself stays forbidden.
                "--manager.fetch.allowed-hosts=localhost",
                "--manager.bootstrap-token=" + apiToken.text()));
        for (String setting : settings) {
            String key = "--" + setting.substring(0, setting.indexOf('=') + 1);
            arguments.removeIf(argument -> argument.startsWith(key));
            arguments.add("--" + setting);
        }
        return arguments.toArray(String[]::new);
    }

    private void noteManagement(ApplicationEvent event) {
        if (event instanceof WebServerInitializedEvent served
                && "management".equals(served.getApplicationContext().getServerNamespace())) {
            management = served.getApplicationContext();
        }
    }

    private static Path newDirectory(String prefix) {
        try {
            return Files.createTempDirectory(Path.of("target"), prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Holder {
        private static final ManagerUnderTest SHARED = new ManagerUnderTest();
    }

    /** The one that all tests of this JVM share. */
    public static ManagerUnderTest shared() {
        return Holder.SHARED;
    }

    /** Another one with its own database, for a test that changes settings or stops it; the caller closes its context. */
    public static ManagerUnderTest startAnother(String... settings) {
        return new ManagerUnderTest(settings);
    }

    /** As {@link #startAnother}, on a database that is the test's own affair. */
    public static ManagerUnderTest startOn(TestDatabase.Connect database, String... settings) {
        return new ManagerUnderTest(
                database, Token.generate(Token.Kind.API), newDirectory("node-authority-"), settings);
    }

    /** Another replica over the same database; the caller closes its context. */
    public ManagerUnderTest startReplica(String... settings) {
        return new ManagerUnderTest(database, apiToken, nodeAuthority, settings);
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    /** That of the actuator, below {@link #context()}. */
    public ApplicationContext managementContext() {
        return Objects.requireNonNull(management);
    }

    /** {@code http://127.0.0.1:<port>}. */
    public String baseUrl() {
        return "http://127.0.0.1:" + httpPort();
    }

    public int httpPort() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    public int grpcPort() {
        return context.getBean(GrpcServerLifecycle.class).getPort();
    }

    /** An API token with the scopes read and write, as text. */
    public String apiToken() {
        return apiToken.text();
    }

    /** On the manager's database, past the manager. */
    public JdbcClient jdbc() {
        return jdbc;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** A site of the default tenant with a path of its own. */
    public UUID newSite() {
        UUID id = UUID.randomUUID();
        jdbc.sql("insert into site (tenant_id, id, path, name, zone) values (:tenant, :id, :path, :path, 'UTC')")
                .param("tenant", TenantId.DEFAULT.value())
                .param("id", id)
                .param("path", "/test-" + id)
                .update();
        return id;
    }

    /** An enrollment token for a new site of its own. */
    public Token newEnrollmentToken(int maxUses, String approval) {
        Token token = Token.generate(Token.Kind.ENROLLMENT);
        jdbc.sql("""
                        insert into enrollment_token
                            (tenant_id, id, name, secret_sha256, site_id, approval, max_uses, expires_at)
                        values (:tenant, :id, 'test', :sha256, :site, :approval, :maxUses, now() + interval '1 hour')
                        """)
                .param("tenant", TenantId.DEFAULT.value())
                .param("id", token.id())
                .param("sha256", token.sha256())
                .param("site", newSite())
                .param("approval", approval)
                .param("maxUses", maxUses)
                .update();
        return token;
    }

    /** Where the actuator is: {@code http://127.0.0.1:<port>}. */
    public String managementUrl() {
        return "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.management.port");
    }

    /** A request to a path of the server, without any credential; what belongs to the actuator goes to its port. */
    public HttpRequest.Builder request(String path) {
        String root = path.startsWith("/actuator") ? managementUrl() : baseUrl();
        return HttpRequest.newBuilder(URI.create(root + path)).timeout(Duration.ofMinutes(2));
    }

    /** A request to a path of the server with the API token. */
    public HttpRequest.Builder adminRequest(String path) {
        return request(path).header("Authorization", "Bearer " + apiToken());
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), ManagerUnderTest::body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an answer", e);
        }
    }

    /** As text; of a stream of events, which does not end, only that it began. */
    private static HttpResponse.BodySubscriber<String> body(HttpResponse.ResponseInfo answer) {
        boolean endless = answer.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream");
        return endless
                // Not closed: the client takes that for a broken answer. The stream ends with the JVM.
                ? HttpResponse.BodySubscribers.mapping(HttpResponse.BodySubscribers.ofInputStream(), stream -> "")
                : HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8);
    }

    /** A POST of JSON to the node API; without a credential if {@code nodeToken} is null. */
    public HttpResponse<String> nodeCall(String path, @Nullable String nodeToken, String json) {
        HttpRequest.Builder request = request("/node/v1/" + path).POST(HttpRequest.BodyPublishers.ofString(json));
        return send(nodeToken == null ? request : request.header("Authorization", "Bearer " + nodeToken));
    }

    /** A node that has enrolled with a key of its own, under this name at a site of its own. */
    public EnrolledNode newNode(String name) {
        HttpResponse<String> answer = nodeCall(
                "enroll", null, """
                {"enrollmentToken": "%s", "name": "%s", "publicKey": "%s",
                 "facts": {"architecture": "x86_64",
                           "slots": [{"name": "A", "state": "ACTIVE", "imageVersion": "1"},
                                     {"name": "B", "state": "INACTIVE"}]}}
                """.formatted(newEnrollmentToken(1, "AUTO").text(), name, newPublicKey()));
        JsonNode body = JSON.readTree(answer.body());
        return new EnrolledNode(
                UUID.fromString(body.get("nodeId").asString()),
                body.get("nodeToken").asString());
    }

    public record EnrolledNode(UUID id, String token) {}

    /** A fresh Ed25519 key as PEM, escaped for a JSON string. */
    public static String newPublicKey() {
        try {
            byte[] key = KeyPairGenerator.getInstance("Ed25519")
                    .generateKeyPair()
                    .getPublic()
                    .getEncoded();
            return "-----BEGIN PUBLIC KEY-----\\n%s\\n-----END PUBLIC KEY-----\\n"
                    .formatted(Base64.getEncoder().encodeToString(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
        }
    }

    /** GET with the API token. */
    public HttpResponse<String> get(String path) {
        return send(adminRequest(path).GET());
    }

    /** POST of JSON with the API token. */
    public HttpResponse<String> post(String path, String json) {
        return send(adminRequest(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }
}
