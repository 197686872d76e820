package org.maintenancemanager.web.emf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.grpc.maintmgr.SingleSchedule;
import org.maintenancemanager.api.grpc.maintmgr.UpdateStatus.StatusType;
import org.maintenancemanager.core.node.CertificateAuthority;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.Plant;
import org.maintenancemanager.web.testing.Plant.Host;

/** The agent as it comes in the field: by TLS 1.3, with its own provider's token, to a manager that is restarted meanwhile. */
class EmfReplicaTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final UUID PROJECT = UUID.randomUUID();

    private HttpServer provider;
    private RSAKey key;
    private String[] settings;
    private ManagerUnderTest manager;

    @BeforeEach
    void start() throws IOException, JOSEException {
        key = new RSAKeyGenerator(2048).keyID("1").generate();
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        serve("/.well-known/openid-configuration", """
                {"issuer": "%1$s", "jwks_uri": "%1$s/keys", "subject_types_supported": ["public"]}
                """.formatted(issuer()));
        serve("/keys", new JWKSet(key.toPublicJWK()).toString());
        provider.start();
        settings = new String[] {
            "spring.grpc.server.ssl.bundle=manager-nodes",
            "manager.emf.issuer=" + issuer(),
            "manager.emf.projects." + PROJECT + "=default"
        };
        manager = ManagerUnderTest.startAnother(settings);
    }

    private String issuer() {
        return "http://127.0.0.1:" + provider.getAddress().getPort();
    }

    private void serve(String path, String json) {
        provider.createContext(path, exchange -> {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    @AfterEach
    void stop() {
        manager.context().close();
        provider.stop(0);
    }

    private String token(UUID host) throws JOSEException {
        var jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("1").build(),
                new JWTClaimsSet.Builder()
                        .issuer(issuer())
                        .subject("agent")
                        .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                        .claim("azp", "edgenode-" + host)
                        .claim("realm_access", Map.of("roles", List.of(PROJECT + "_en-agent-rw")))
                        .build());
        jwt.sign(new RSASSASigner(key));
        return jwt.serialize();
    }

    private static ManagedChannel channel(ManagerUnderTest manager) throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(manager.bean(CertificateAuthority.class).trustStore());
        return NettyChannelBuilder.forAddress("127.0.0.1", manager.grpcPort())
                .sslContext(GrpcSslContexts.forClient()
                        .protocols("TLSv1.3")
                        .trustManager(trust)
                        .build())
                .build();
    }

    private static void until(EmfAgent agent, StatusType level) {
        await("the agent is at " + level)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    agent.poll();
                    agent.act(Instant.now());
                    return agent.level == level;
                });
    }

    private static void untilState(EmfAgent agent, Plant plant, Host host, String campaign, String state) {
        await("the update is " + state)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    agent.poll();
                    return plant.state(host.node(), campaign).equals(state);
                });
    }

    @Test
    void agentGoesOnWithAManagerThatHasForgottenWhatItSaid() throws Exception {
        var plant = new Plant(manager);
        Host host = plant.host();
        Host other = plant.host();
        plant.openWindow();
        String campaign = plant.campaign(plant.release(new byte[] {1, 2, 3}));
        ManagedChannel channel = channel(manager);
        var agent = new EmfAgent(channel, host.guid().toString(), token(host.guid()));
        var stranger = new EmfAgent(channel, other.guid().toString(), token(host.guid()));
        var unknown = UUID.randomUUID();

        until(agent, StatusType.STATUS_TYPE_STARTED);
        untilState(agent, plant, host, campaign, "INSTALLING");
        SingleSchedule before = agent.job;
        assertThat(failure(stranger)).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(failure(new EmfAgent(channel, unknown.toString(), token(unknown))))
                .isEqualTo(Status.Code.NOT_FOUND);
        channel.shutdownNow();

        ManagerUnderTest stopped = manager;
        manager = stopped.startReplica(settings);
        stopped.context().close();
        var same = new Plant(manager);
        ManagedChannel again = channel(manager);
        try {
            EmfAgent kept = agent.movedTo(again, token(host.guid()));
            kept.poll();
            assertThat(kept.job).as("the schedule is the same").isEqualTo(before);
            assertThat(same.state(host.node(), campaign)).isEqualTo("INSTALLING");
            kept.restartIntoTheNewImage();
            untilState(kept, same, host, campaign, "STAGED");
            kept.level = StatusType.STATUS_TYPE_UP_TO_DATE;
            untilState(kept, same, host, campaign, "CONFIRMED");
            assertThat(same.transitions(host.node(), campaign))
                    .as("what it repeated to the second manager is no news")
                    .containsExactly("DOWNLOADING", "DOWNLOADED", "INSTALLING", "STAGED", "CONFIRMED");
        } finally {
            again.shutdownNow();
        }
    }

    private static Status.Code failure(EmfAgent agent) {
        return catchThrowableOfType(StatusRuntimeException.class, agent::call)
                .getStatus()
                .getCode();
    }
}
