package org.maintenancemanager.web.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.api.grpc.node.NodeServiceGrpc;
import org.maintenancemanager.api.node.EnrollResult;
import org.maintenancemanager.api.node.NodeClient;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.IssuedCertificate;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewRequest;
import org.maintenancemanager.api.node.NodeTls;
import org.maintenancemanager.api.node.PollResult;
import org.maintenancemanager.api.node.Refused;
import org.maintenancemanager.api.node.RenewResult;
import org.maintenancemanager.core.node.CertificateAuthority;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.ManagerUnderTest;

/** Nodes that are known by a certificate, on real TLS connections. */
@NullMarked
class NodeTlsTest {
    private static final String[] SETTINGS = {
        "manager.node-tls.port=0",
        "spring.grpc.server.ssl.bundle=" + NodeTlsConfiguration.BUNDLE,
        "spring.grpc.server.ssl.client-auth=optional"
    };
    private static final ManagerUnderTest MANAGER = ManagerUnderTest.startAnother(SETTINGS);

    private static final PollRequest POLL = new PollRequest("b", 0, 0);

    @AfterAll
    static void stop() {
        MANAGER.context().close();
    }

    /** A node with its key and the certificate that it got. */
    private record Certified(UUID id, KeyPair keys, IssuedCertificate issued) {
        HttpClient http() throws GeneralSecurityException {
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(NodeTls.context(keys.getPrivate(), issued))
                    .build();
        }

        NodeClient client() throws GeneralSecurityException {
            return NodeClient.http(http(), tlsRoot()).withCertificate();
        }

        Certified with(IssuedCertificate next) {
            return new Certified(id, keys, next);
        }

        X509Certificate certificate() throws GeneralSecurityException {
            return NodeTlsTest.certificate(issued.certificate());
        }
    }

    private static X509Certificate certificate(String pem) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static URI tlsRoot() {
        return tlsRoot(MANAGER);
    }

    private static URI tlsRoot(ManagerUnderTest manager) {
        return URI.create("https://127.0.0.1:"
                + manager.bean(NodeTlsConfiguration.NodeListener.class).port());
    }

    private static KeyPair keys(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        }
        return generator.generateKeyPair();
    }

    private static Certified enroll(KeyPair keys) throws GeneralSecurityException, InterruptedException {
        var request = new EnrollRequest(
                MANAGER.newEnrollmentToken(1, "AUTO").text(),
                "tls-" + UUID.randomUUID(),
                null,
                null,
                null,
                NodeTls.certificateRequest(keys),
                null);
        EnrollResult result = NodeClient.http(NodeClient.newHttpClient(), URI.create(MANAGER.baseUrl()))
                .enroll(request);
        assertThat(result).isInstanceOf(EnrollResult.Certified.class);
        var certified = (EnrollResult.Certified) result;
        assertThat(certified.response().nodeToken()).isNull();
        return new Certified(UUID.fromString(certified.response().nodeId()), keys, certified.certificate());
    }

    private static UUID credential(Certified node) throws GeneralSecurityException {
        return CertificateAuthority.credentialOf(node.certificate());
    }

    private static void revoke(Certified node) throws GeneralSecurityException {
        assertThat(MANAGER.send(MANAGER.adminRequest("/api/v1/nodes/" + node.id + "/credentials/" + credential(node))
                                .DELETE())
                        .statusCode())
                .isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "Ed25519"})
    void nodeWithACertificateIsKnownByItAlone(String algorithm) throws Exception {
        Certified node = enroll(keys(algorithm));

        assertThat(node.client().poll(POLL)).isInstanceOf(PollResult.Unchanged.class);
        X509Certificate certificate = node.certificate();
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactly(List.of(6, "urn:maintmgr:node:" + node.id));
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(Duration.between(
                        certificate.getNotBefore().toInstant(),
                        certificate.getNotAfter().toInstant()))
                .isEqualTo(Duration.ofDays(30).plusMinutes(5));
        assertThat(node.issued.renewAfterSeconds()).isEqualTo(node.issued.validForSeconds() / 3 * 2);
        certificate.verify(certificate(node.issued.authorities()).getPublicKey());
    }

    @Test
    void renewedCertificateIsGoodBesideTheOldOneUntilItIsUsed() throws Exception {
        Certified old = enroll(keys("EC"));
        NodeClient before = old.client();
        assertThat(before.poll(POLL)).isInstanceOf(PollResult.Unchanged.class);

        KeyPair nextKeys = keys("EC");
        IssuedCertificate lost = renewed(before.renew(new RenewRequest(NodeTls.certificateRequest(nextKeys))));
        Certified next = new Certified(
                old.id, nextKeys, renewed(before.renew(new RenewRequest(NodeTls.certificateRequest(nextKeys)))));
        assertThat(before.poll(POLL)).isInstanceOf(PollResult.Unchanged.class);
        // An answer that was lost left nothing behind that could be used.
        assertThat(new Certified(old.id, nextKeys, lost).client().poll(POLL)).isInstanceOf(Refused.class);

        assertThat(next.client().poll(POLL)).isInstanceOf(PollResult.Unchanged.class);
        await().until(() -> before.poll(POLL) instanceof Refused refused && refused.status() == 401);
        assertThat(next.client().poll(POLL)).isInstanceOf(PollResult.Unchanged.class);
        assertThat(MANAGER.get("/api/v1/nodes/" + old.id).body())
                .contains(java.util.HexFormat.of()
                        .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                                .digest(nextKeys.getPublic().getEncoded())));
    }

    private static IssuedCertificate renewed(RenewResult result) {
        assertThat(result).isInstanceOf(RenewResult.Renewed.class);
        return Objects.requireNonNull(((RenewResult.Renewed) result).response().certificate());
    }

    @Test
    void keyOfAnotherNodeIsNotRenewedTo() throws Exception {
        Certified one = enroll(keys("EC"));
        Certified other = enroll(keys("EC"));
        assertThat(one.client().renew(new RenewRequest(NodeTls.certificateRequest(other.keys))))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.status()).isEqualTo(409));
    }

    @Test
    void revocationEndsAnOpenConnectionsCertificate() throws Exception {
        Certified node = enroll(keys("EC"));
        HttpClient http = node.http();
        NodeClient client = NodeClient.http(http, tlsRoot()).withCertificate();
        assertThat(client.poll(POLL)).isInstanceOf(PollResult.Unchanged.class);

        revoke(node);
        await().until(() -> client.poll(POLL) instanceof Refused refused && refused.status() == 401);
    }

    @Test
    void revocationReachesOpenConnectionsToAnotherReplica() throws Exception {
        ManagerUnderTest other = MANAGER.startReplica(SETTINGS);
        Certified node = enroll(keys("EC"));
        ManagedChannel channel = channel(node, other);
        try {
            ManagerUnderTest.EnrolledNode withToken = MANAGER.newNode("token-" + UUID.randomUUID());
            List<NodeClient> clients = List.of(
                    NodeClient.http(node.http(), tlsRoot(other)).withCertificate(),
                    NodeClient.grpc(channel, node.http(), tlsRoot(other)).withCertificate(),
                    NodeClient.http(NodeClient.newHttpClient(), URI.create(other.baseUrl()))
                            .withToken(withToken.token()));
            for (NodeClient client : clients) {
                assertThat(client.poll(POLL)).isInstanceOf(PollResult.Unchanged.class);
            }

            revoke(node);
            String credentials = "/api/v1/nodes/" + withToken.id() + "/credentials";
            String credential = Browser.body(MANAGER.get(credentials))
                    .get("items")
                    .get(0)
                    .get("id")
                    .asString();
            MANAGER.send(MANAGER.adminRequest(credentials + "/" + credential).DELETE());

            for (NodeClient client : clients) {
                await().until(() -> client.poll(POLL) instanceof Refused refused && refused.status() == 401);
            }
        } finally {
            channel.shutdownNow();
            other.context().close();
        }
    }

    private static ManagedChannel channel(Certified node, ManagerUnderTest manager) throws Exception {
        return NettyChannelBuilder.forAddress("127.0.0.1", manager.grpcPort())
                .sslContext(GrpcSslContexts.forClient()
                        .keyManager(node.keys.getPrivate(), node.certificate(), certificate(node.issued.authorities()))
                        .trustManager(certificate(node.issued.authorities()))
                        .build())
                .build();
    }

    @Test
    void byGrpcItIsTheSame() throws Exception {
        Certified node = enroll(keys("EC"));
        ManagedChannel channel = channel(node, MANAGER);
        try {
            NodeClient client = NodeClient.grpc(channel, node.http(), tlsRoot()).withCertificate();
            assertThat(client.poll(POLL)).isInstanceOf(PollResult.Unchanged.class);
            Certified next = node.with(renewed(client.renew(new RenewRequest(NodeTls.certificateRequest(node.keys)))));
            assertThat(next.client().poll(POLL)).isInstanceOf(PollResult.Unchanged.class);
            await().until(() -> client.poll(POLL) instanceof Refused refused && refused.status() == 401);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void withoutACertificateATokenDoesByBothTransports() throws Exception {
        Certified anybody = enroll(keys("EC"));
        String token = MANAGER.newNode("token-" + UUID.randomUUID()).token();
        HttpClient http = HttpClient.newBuilder()
                .sslContext(trustOnly(anybody))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        assertThat(NodeClient.http(http, tlsRoot()).withToken(token).poll(POLL))
                .isInstanceOf(PollResult.Unchanged.class);
        assertThat(NodeClient.http(http, tlsRoot()).withCertificate().poll(POLL))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.status()).isEqualTo(401));
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", MANAGER.grpcPort())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(certificate(anybody.issued.authorities()))
                        .build())
                .build();
        try {
            assertThatThrownBy(() -> NodeServiceGrpc.newBlockingStub(channel)
                            .poll(org.maintenancemanager.api.grpc.node.PollRequest.newBuilder()
                                    .setBootId("b")
                                    .build()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
            assertThat(NodeClient.grpc(channel, http, tlsRoot())
                            .withToken(token)
                            .poll(POLL))
                    .isInstanceOf(PollResult.Unchanged.class);
        } finally {
            channel.shutdownNow();
        }
    }

    private static javax.net.ssl.SSLContext trustOnly(Certified node) throws GeneralSecurityException, IOException {
        var context = javax.net.ssl.SSLContext.getInstance("TLS");
        context.init(null, trust(node).getTrustManagers(), null);
        return context;
    }

    private static javax.net.ssl.TrustManagerFactory trust(Certified node)
            throws GeneralSecurityException, IOException {
        java.security.KeyStore trusted = java.security.KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", certificate(node.issued.authorities()));
        var trust = javax.net.ssl.TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        return trust;
    }

    /** A certificate is public: whoever has it, but not its key, gets no connection; nor does one of another authority. */
    @Test
    void certificateWithoutItsKeyOrOfAnotherAuthorityIsNoIdentity() throws Exception {
        Certified node = enroll(keys("EC"));
        Certified thief = new Certified(node.id, keys("EC"), node.issued);
        assertThatThrownBy(() -> post(thief.http())).isInstanceOf(IOException.class);

        X509Certificate forged = ForgedCertificate.of(node.id, credential(node), node.keys);
        java.security.KeyStore identity = java.security.KeyStore.getInstance("PKCS12");
        identity.load(null, null);
        identity.setKeyEntry("node", node.keys.getPrivate(), new char[0], new X509Certificate[] {forged});
        var keyManagers = javax.net.ssl.KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(identity, new char[0]);
        // Shows it whatever authorities the server names.
        var stubborn = new javax.net.ssl.X509ExtendedKeyManager() {
            private final javax.net.ssl.X509ExtendedKeyManager keys =
                    (javax.net.ssl.X509ExtendedKeyManager) keyManagers.getKeyManagers()[0];

            @Override
            public String chooseClientAlias(String[] type, java.security.Principal[] issuers, java.net.Socket socket) {
                return chooseEngineClientAlias(type, issuers, null);
            }

            @Override
            public String chooseEngineClientAlias(
                    String[] type, java.security.Principal[] issuers, javax.net.ssl.@Nullable SSLEngine engine) {
                return keys.getClientAliases("EC", null)[0];
            }

            @Override
            public String[] getClientAliases(String type, java.security.Principal[] issuers) {
                return keys.getClientAliases(type, null);
            }

            @Override
            public String[] getServerAliases(String type, java.security.Principal[] issuers) {
                return new String[0];
            }

            @Override
            public String chooseServerAlias(String type, java.security.Principal[] issuers, java.net.Socket socket) {
                throw new UnsupportedOperationException("a client's");
            }

            @Override
            public X509Certificate[] getCertificateChain(String alias) {
                return keys.getCertificateChain(alias);
            }

            @Override
            public java.security.PrivateKey getPrivateKey(String alias) {
                return keys.getPrivateKey(alias);
            }
        };
        var context = javax.net.ssl.SSLContext.getInstance("TLS");
        context.init(new javax.net.ssl.KeyManager[] {stubborn}, trust(node).getTrustManagers(), null);
        HttpClient forger = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .build();
        assertThatThrownBy(() -> post(forger)).isInstanceOf(IOException.class);
    }

    private static int post(HttpClient http) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(tlsRoot().resolve("/node/v1/poll"))
                                .POST(HttpRequest.BodyPublishers.ofString("{\"bootId\":\"b\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-SSL-Client-Cert",
                "X-SSL-CERT",
                "SSL_CLIENT_CERT",
                "X-Client-Cert",
                "X-Forwarded-Client-Cert",
                "X-Forwarded-Tls-Client-Cert",
                "Client-Cert",
                "X-ARR-ClientCert"
            })
    void certificateInAHeaderIsNoIdentity(String header) throws Exception {
        Certified node = enroll(keys("EC"));
        String encoded = Base64.getEncoder().encodeToString(node.certificate().getEncoded());
        for (String value : List.of(
                encoded,
                ":" + encoded + ":",
                java.net.URLEncoder.encode(node.issued.certificate(), StandardCharsets.US_ASCII))) {
            assertThat(MANAGER.send(MANAGER.request("/node/v1/poll")
                                    .header(header, value)
                                    .header("X-Forwarded-Proto", "https")
                                    .header("X-SSL-Client-Verify", "SUCCESS")
                                    .POST(HttpRequest.BodyPublishers.ofString("{\"bootId\":\"b\"}")))
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void nodeReachesNothingOfAnother() throws Exception {
        Certified mine = enroll(keys("EC"));
        Certified other = enroll(keys("EC"));
        String asOther = other.id.toString();
        String body = """
                {"nodeId": "%s", "reports": [{"bootId": "b", "seq": 1, "updateId": "%s", "state": "DOWNLOADED"}],
                 "facts": {"labels": {"stolen": "yes"}}}
                """.formatted(asOther, UUID.randomUUID());
        HttpResponse<String> answer = mine.http()
                .send(
                        HttpRequest.newBuilder(tlsRoot().resolve("/node/v1/reports"))
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(MANAGER.get("/api/v1/nodes/" + other.id).body()).doesNotContain("stolen");
    }
}
