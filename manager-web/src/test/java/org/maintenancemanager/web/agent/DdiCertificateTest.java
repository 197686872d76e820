package org.maintenancemanager.web.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maintenancemanager.api.node.EnrollResult;
import org.maintenancemanager.api.node.NodeClient;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeTls;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Plant;
import org.maintenancemanager.web.testing.Plant.Controller;

/** Device API clients that are known by a certificate: on a TLS connection of their own, or by a proxy's word. */
@NullMarked
class DdiCertificateTest {
    private static final String HASH = "AB:12:CD";

    private static final ManagerUnderTest MANAGER = ManagerUnderTest.startAnother(
            "manager.node-tls.port=0",
            "manager.ddi.certificate-proxy.addresses=127.0.0.1/32",
            "manager.ddi.certificate-proxy.authorities.default=ff:ff," + HASH.toLowerCase(Locale.ROOT));

    private final Plant plant = new Plant(MANAGER);

    @AfterAll
    static void stop() {
        MANAGER.context().close();
    }

    @Test
    void certificateOfTheManagersAuthorityOpensItsOwnControllerAlone() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        EnrollResult result = NodeClient.http(NodeClient.newHttpClient(), URI.create(MANAGER.baseUrl()))
                .enroll(new EnrollRequest(
                        MANAGER.newEnrollmentToken(1, "AUTO").text(),
                        "ddi-" + UUID.randomUUID(),
                        null,
                        null,
                        null,
                        NodeTls.certificateRequest(keys),
                        null));
        var certified = (EnrollResult.Certified) result;
        String node = certified.response().nodeId();
        String controller = "tls-" + UUID.randomUUID();
        plant.patch("/api/v1/nodes/" + node + "/client", "{\"controllerId\": \"%s\"}".formatted(controller));
        Controller other = plant.controller();
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(NodeTls.context(keys.getPrivate(), certified.certificate()))
                .build();
        String root = "https://127.0.0.1:"
                + MANAGER.bean(NodeTlsConfiguration.NodeListener.class).port();

        HttpResponse<String> answer = poll(http, root, controller);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("\"href\":\"" + root + "/default/controller/v1/" + controller);
        assertThat(poll(http, root, other.name()).statusCode()).isEqualTo(401);
        // A token is as good by TLS, whatever certificate comes with it.
        HttpResponse<String> byToken = http.send(
                HttpRequest.newBuilder(URI.create(root + "/default/controller/v1/" + other.name()))
                        .header("Authorization", "TargetToken " + other.token())
                        .build(),
                BodyHandlers.ofString());
        assertThat(byToken.statusCode()).isEqualTo(200);

        String credential = plant.get("/api/v1/nodes/" + node + "/credentials")
                .at("/items/0/id")
                .asString();
        MANAGER.send(MANAGER.adminRequest("/api/v1/nodes/" + node + "/credentials/" + credential)
                .DELETE());
        await("it is revoked, also on the open connection")
                .atMost(Duration.ofSeconds(10))
                .until(() -> poll(http, root, controller).statusCode() == 401);
    }

    private static HttpResponse<String> poll(HttpClient http, String root, String controller) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(root + "/default/controller/v1/" + controller))
                        .build(),
                BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource({
        "ab:12:cd, true, 127.0.0.1, 200",
        "AB:12:CD, true, 127.0.0.1, 200",
        "00:00,    true, 127.0.0.1, 401",
        "ab:12:cd, false, 127.0.0.1, 401",
        "ab:12:cd, true, 127.0.0.2, 401",
    })
    void proxyIsBelievedOfItsAuthoritiesClientsAndFromItsAddress(String hash, boolean own, String address, int status)
            throws Exception {
        Controller controller = plant.controller();
        try (HttpClient proxy = HttpClient.newBuilder()
                .localAddress(InetAddress.ofLiteral(address))
                .build()) {
            HttpResponse<String> answer = proxy.send(
                    HttpRequest.newBuilder(
                                    URI.create(MANAGER.baseUrl() + "/default/controller/v1/" + controller.name()))
                            .header("X-Ssl-Client-Cn", own ? controller.name() : "another")
                            .header("X-Ssl-Issuer-Hash-1", "11:11")
                            .header("X-Ssl-Issuer-Hash-2", hash)
                            .header("X-Forwarded-For", "127.0.0.1")
                            .build(),
                    BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(status);
        }
    }

    @Test
    void unknownControllerIsNotBelieved() {
        assertThat(MANAGER.send(MANAGER.request("/default/controller/v1/nobody")
                                .header("X-Ssl-Client-Cn", "nobody")
                                .header("X-Ssl-Issuer-Hash-1", HASH))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void authorityOfOneTenantIsNotThatOfAnother() {
        Controller controller = plant.controller();
        assertThat(MANAGER.send(MANAGER.request("/other/controller/v1/" + controller.name())
                                .header("X-Ssl-Client-Cn", controller.name())
                                .header("X-Ssl-Issuer-Hash-1", HASH))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void headersCountForNothingWithoutAProxy() {
        var without = new Plant(ManagerUnderTest.shared());
        Controller controller = without.controller();
        assertThat(without.manager
                        .send(without.manager
                                .request("/default/controller/v1/" + controller.name())
                                .header("X-Ssl-Client-Cn", controller.name())
                                .header("X-Ssl-Issuer-Hash-1", HASH))
                        .statusCode())
                .isEqualTo(401);
    }
}
