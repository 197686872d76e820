package org.maintenancemanager.web.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.testing.TestDatabase;
import org.maintenancemanager.web.MaintenanceManager;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The whole server, started once a JVM on its own database and on free ports of 127.0.0.1. Tests share it, so each makes
 * its own objects and counts on nothing but them.
 */
public final class ManagerUnderTest {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    private final Token apiToken;
    private final ConfigurableApplicationContext context;
    private final JdbcClient jdbc;

    private ManagerUnderTest(String... settings) {
        apiToken = Token.generate(Token.Kind.API);
        TestDatabase.Connect database = TestDatabase.create();
        context = new SpringApplicationBuilder(MaintenanceManager.class)
                .properties(settings)
                .run(
                        "--spring.profiles.active=plain",
                        "--spring.datasource.url=" + database.url(),
                        "--spring.datasource.username=" + database.user(),
                        "--spring.datasource.password=" + database.password(),
                        "--server.address=127.0.0.1",
                        "--server.port=0",
                        "--spring.grpc.server.address=127.0.0.1",
                        "--spring.grpc.server.port=0",
                        "--manager.artifacts.directory=target/test-artifacts",
                        "--manager.artifacts.keep-free=0B",
                        "--manager.bootstrap-token=" + apiToken.text());
        jdbc = JdbcClient.create(database.dataSource());
    }

    private static final class Holder {
        private static final ManagerUnderTest SHARED = new ManagerUnderTest();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SHARED.context::close));
        }
    }

    /** The one that all tests of this JVM share. */
    public static ManagerUnderTest shared() {
        return Holder.SHARED;
    }

    /** Another one with its own database, for a test that changes settings or stops it; the caller closes its context. */
    public static ManagerUnderTest startAnother(String... settings) {
        return new ManagerUnderTest(settings);
    }

    public ConfigurableApplicationContext context() {
        return context;
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

    /** A request to a path of the server, without any credential. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(baseUrl() + path)).timeout(Duration.ofSeconds(30));
    }

    /** A request to a path of the server with the API token. */
    public HttpRequest.Builder adminRequest(String path) {
        return request(path).header("Authorization", "Bearer " + apiToken());
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an answer", e);
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
