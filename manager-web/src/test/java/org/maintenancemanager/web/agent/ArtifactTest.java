package org.maintenancemanager.web.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.core.image.ArtifactStore;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.ManagerUnderTest.EnrolledNode;

@NullMarked
class ArtifactTest {
    private static final int LENGTH = 300_000;

    private final ManagerUnderTest manager = ManagerUnderTest.shared();
    private final EnrolledNode node = manager.newNode("node-" + UUID.randomUUID());
    private final byte[] bytes = new byte[LENGTH];
    private String sha256 = "";

    @BeforeEach
    void storeAnImage() throws IOException {
        new Random().nextBytes(bytes);
        sha256 = store(bytes);
        image(TenantId.DEFAULT.value(), sha256, "PUBLISHED");
    }

    @Test
    void theWholeArtifactComesWithItsDigestAsTag() throws Exception {
        HttpResponse<byte[]> answer = get(sha256);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(bytes);
        assertThat(answer.headers().firstValue("ETag")).contains('"' + sha256 + '"');
        assertThat(answer.headers().firstValue("Accept-Ranges")).contains("bytes");
    }

    @Test
    void aDownloadThatBrokeOffIsResumed() throws Exception {
        HttpResponse<byte[]> answer = get(sha256, "Range", "bytes=100000-", "If-Range", '"' + sha256 + '"');

        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(answer.headers().firstValue("Content-Range"))
                .contains("bytes 100000-%d/%d".formatted(LENGTH - 1, LENGTH));
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(bytes, 100_000, LENGTH));
    }

    @Test
    void whoHasAPartOfSomethingElseGetsAll() throws Exception {
        HttpResponse<byte[]> answer = get(sha256, "Range", "bytes=100000-", "If-Range", "\"other\"");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(bytes);
    }

    @Test
    void aRangeBeyondTheEndIsNotSatisfiable() throws Exception {
        HttpResponse<byte[]> answer = get(sha256, "Range", "bytes=" + LENGTH + "-");

        assertThat(answer.statusCode()).isEqualTo(416);
        assertThat(answer.headers().firstValue("Content-Range")).contains("bytes */" + LENGTH);
    }

    @Test
    void whoHasItAlreadyGetsNothing() throws Exception {
        assertThat(get(sha256, "If-None-Match", '"' + sha256 + '"').statusCode())
                .isEqualTo(304);
    }

    @Test
    void headTellsTheSizeAndSendsNothing() throws Exception {
        HttpResponse<byte[]> answer = send(request(sha256).method("HEAD", HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(LENGTH);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void withoutACredentialNothingIsGiven() throws Exception {
        HttpResponse<byte[]> answer = send(manager.request("/node/v1/artifacts/" + sha256));

        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DRAFT", "WITHDRAWN"})
    void whatIsNotPublishedIsNotGiven(String state) throws Exception {
        byte[] other = {1, 2, 3, (byte) state.length()};
        String digest = store(other);
        image(TenantId.DEFAULT.value(), digest, state);

        assertThat(get(digest).statusCode()).isEqualTo(404);
    }

    @Test
    void anotherTenantsImageLooksAsIfItWereNotThere() throws Exception {
        UUID tenant = UUID.randomUUID();
        manager.jdbc()
                .sql("insert into tenant (id, name) values (:id, :name)")
                .param("id", tenant)
                .param("name", "t-" + tenant)
                .update();
        String digest = store(tenant.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        image(tenant, digest, "PUBLISHED");

        assertThat(words(get(digest))).isEqualTo(words(get("0".repeat(64))));
        assertThat(get(digest).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "%2e%2e%2fapi", "..%2f..%2fetc%2fpasswd", "a/b"})
    void aPathThatIsNoDigestLeadsNowhere(String path) throws Exception {
        assertThat(get(path).statusCode()).isIn(400, 401, 404);
    }

    private String store(byte[] content) throws IOException {
        try {
            String digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
            manager.bean(ArtifactStore.class)
                    .receive(
                            new ByteArrayInputStream(content),
                            new ArtifactStore.Expected((long) content.length, digest, null, null));
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void image(UUID tenant, String digest, String state) {
        manager.jdbc()
                .sql("""
                        insert into image (tenant_id, id, family, image_version, release_counter, architecture,
                                           size_bytes, sha256, stored, state)
                        values (:tenant, :id, 'edge', :version, 1, 'x86_64', :size, :sha256, true, :state)
                        """)
                .param("tenant", tenant)
                .param("id", UUID.randomUUID())
                .param("version", UUID.randomUUID().toString())
                .param("size", LENGTH)
                .param("sha256", digest)
                .param("state", state)
                .update();
    }

    private HttpResponse<byte[]> get(String digest, String... headers) throws Exception {
        HttpRequest.Builder request = request(digest);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpRequest.Builder request(String digest) {
        return manager.request("/node/v1/artifacts/" + digest).header("Authorization", "Bearer " + node.token());
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    private static String words(HttpResponse<byte[]> answer) {
        return new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8)
                .replaceAll("\"requestId\":\"[^\"]*\"", "");
    }
}
