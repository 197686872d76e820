package org.maintenancemanager.web.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.web.testing.ManagerUnderTest;

/** HTTP and gRPC with TLS of the manager's own, by a bundle that is read again when its file changes. */
@NullMarked
class TlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    private Path directory;

    @Test
    void consoleAndApiSpeakTlsOnlyAndTakeANewCertificateWithoutARestart() throws Exception {
        Path keys = directory.resolve("keys.p12");
        makeKeys(keys);
        ManagerUnderTest manager = ManagerUnderTest.startAnother(
                "spring.ssl.bundle.jks.web.keystore.location=file:" + keys.toAbsolutePath(),
                "spring.ssl.bundle.jks.web.keystore.password=" + PASSWORD,
                "spring.ssl.bundle.jks.web.reload-on-update=true",
                "spring.ssl.bundle.watch.file.quiet-period=200ms",
                "management.server.port=0",
                "management.server.address=127.0.0.1",
                "management.server.ssl.enabled=false",
                "spring.grpc.server.ssl.bundle=web",
                "server.ssl.bundle=web",
                "server.ssl.enabled-protocols=TLSv1.3,TLSv1.2");
        try {
            HttpClient client = HttpClient.newBuilder().sslContext(trust(keys)).build();
            HttpResponse<String> answer = client.send(
                    request(manager, "/console/login")
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    "{\"secret\": \"%s\"}".formatted(manager.apiToken())))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Strict-Transport-Security").orElse(""))
                    .contains("max-age=31536000", "includeSubDomains");
            assertThat(answer.headers().firstValue("Set-Cookie").orElse(""))
                    .startsWith("__Host-maintmgr-session=mmst_")
                    .contains("Secure", "HttpOnly", "SameSite=Strict", "Path=/;");
            assertThat(client.send(
                                    request(manager, "/api/v1/nodes?limit=1")
                                            .header("Authorization", "Bearer " + manager.apiToken())
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            actuatorIsOnItsOwnPortOnly(manager, client);
            assertThat(manager.send(manager.request("/livez").GET()).statusCode())
                    .as("plain HTTP on the port of TLS")
                    .isEqualTo(400);
            assertThatThrownBy(() -> handshake(manager.httpPort(), keys, "TLSv1.1"))
                    .isInstanceOfAny(SSLHandshakeException.class, IllegalArgumentException.class);

            X509Certificate first = handshake(manager.httpPort(), keys, "TLSv1.3");
            assertThat(handshake(manager.grpcPort(), keys, "TLSv1.3")).isEqualTo(first);
            Path renewed = directory.resolve("renewed.p12");
            makeKeys(renewed);
            Files.move(renewed, keys, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);

            for (int port : new int[] {manager.httpPort(), manager.grpcPort()}) {
                await().atMost(Duration.ofSeconds(60))
                        .ignoreExceptionsInstanceOf(SSLHandshakeException.class)
                        .until(() -> !handshake(port, keys, "TLSv1.3").equals(first));
            }
        } finally {
            manager.context().close();
        }
    }

    private static void actuatorIsOnItsOwnPortOnly(ManagerUnderTest manager, HttpClient client) throws Exception {
        String own =
                "http://127.0.0.1:" + manager.context().getEnvironment().getRequiredProperty("local.management.port");

        assertThat(status(client, HttpRequest.newBuilder(URI.create(own + "/actuator/health"))))
                .isEqualTo(200);
        assertThat(status(client, HttpRequest.newBuilder(URI.create(own + "/actuator/prometheus"))))
                .isEqualTo(401);
        assertThat(status(
                        client,
                        HttpRequest.newBuilder(URI.create(own + "/actuator/prometheus"))
                                .header("Authorization", "Bearer " + manager.apiToken())))
                .isEqualTo(200);
        assertThat(status(
                        client,
                        HttpRequest.newBuilder(URI.create(own + "/api/v1/nodes"))
                                .header("Authorization", "Bearer " + manager.apiToken())))
                .isEqualTo(404);
        assertThat(status(
                        client,
                        request(manager, "/actuator/prometheus")
                                .header("Authorization", "Bearer " + manager.apiToken())))
                .isEqualTo(404);
    }

    private static int status(HttpClient client, HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static HttpRequest.Builder request(ManagerUnderTest manager, String path) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + manager.httpPort() + path))
                .timeout(Duration.ofSeconds(30));
    }

    private static X509Certificate handshake(int port, Path trusted, String protocol)
            throws IOException, GeneralSecurityException {
        try (var socket = (SSLSocket) trust(trusted).getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.setEnabledProtocols(new String[] {protocol});
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    /** A key with a certificate that it signed itself, by the JDK's own tool. */
    private static void makeKeys(Path file) throws IOException, InterruptedException {
        Process tool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "manager",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(file.resolveSibling("keytool.log").toFile())
                .start();
        assertThat(tool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(tool.exitValue()).isZero();
    }

    private static SSLContext trust(Path keys) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream bytes = Files.newInputStream(keys)) {
            store.load(bytes, PASSWORD.toCharArray());
        }
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        certificates.setCertificateEntry("manager", store.getCertificate("manager"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(certificates);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
