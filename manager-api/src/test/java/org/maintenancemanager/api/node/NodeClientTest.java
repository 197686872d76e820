package org.maintenancemanager.api.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;

class NodeClientTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    private final HttpServer server = start();
    private final HttpClient http = NodeClient.newHttpClient();
    private final URI manager =
            URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    private final NodeClient client = NodeClient.http(http, manager).withToken("mmnt_1.s");
    private byte[] content = new byte[0];
    private String sha256 = "";

    @BeforeEach
    void makeContent() throws Exception {
        content = new byte[300_000];
        new Random(1).nextBytes(content);
        sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        server.createContext("/node/v1/artifacts/", this::artifact);
    }

    @AfterEach
    void stop() {
        server.stop(0);
        http.close();
    }

    @Test
    void aTokenIsNeededForAllButEnrollment() {
        NodeClient fresh = NodeClient.http(http, manager);
        assertThatThrownBy(() -> fresh.poll(Examples.POLL)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void pollIsAnsweredWithWhatChanged() throws Exception {
        answer("/node/v1/poll", 200, """
                {"directive":"WAIT","assignmentVersion":7,"waitReason":"closed","nextPollSeconds":9,"ackedSeq":3,
                 "serverEpoch":"e"}""");

        assertThat(client.poll(Examples.POLL))
                .isInstanceOfSatisfying(
                        PollResult.Changed.class,
                        changed -> assertThat(changed.response().waitReason()).isEqualTo("closed"));
        assertThat(seen).containsExactly("POST /node/v1/poll Bearer mmnt_1.s");
    }

    @Test
    void unchangedPollSaysWhenToAskAgain() throws Exception {
        answer("/node/v1/poll", 204, "", "Next-Poll-Seconds", "42", "Server-Epoch", "e2");

        assertThat(client.poll(Examples.POLL)).isEqualTo(new PollResult.Unchanged(42, "e2"));
    }

    @Test
    void enrollmentGivesATokenOrHasToWait() throws Exception {
        answer(
                "/node/v1/enroll",
                200,
                "{\"status\":\"ENROLLED\",\"nodeId\":\"n\",\"nodeToken\":\"t\",\"nextPollSeconds\":1,\"serverEpoch\":\"e\"}");
        assertThat(client.enroll(Examples.SHORT_ENROLL))
                .isInstanceOfSatisfying(
                        EnrollResult.Enrolled.class,
                        enrolled -> assertThat(enrolled.nodeToken()).isEqualTo("t"));
        assertThat(seen).containsExactly("POST /node/v1/enroll null");

        answer(
                "/node/v1/enroll",
                200,
                "{\"status\":\"PENDING\",\"nodeId\":\"n\",\"nextPollSeconds\":30,\"serverEpoch\":\"e\"}");
        assertThat(client.enroll(Examples.SHORT_ENROLL)).isInstanceOf(EnrollResult.Pending.class);

        answer(
                "/node/v1/enroll",
                200,
                "{\"status\":\"ENROLLED\",\"nodeId\":\"n\",\"nextPollSeconds\":30,\"serverEpoch\":\"e\"}");
        assertThat(client.enroll(Examples.SHORT_ENROLL)).isInstanceOf(Retry.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void busyManagerIsAskedAgainWhenItSays(int status) throws Exception {
        answer("/node/v1/reports", status, "", "Retry-After", "7");

        assertThat(client.report(Examples.FULL_REPORT)).isEqualTo(new Retry(7, "HTTP status " + status));
    }

    @Test
    void refusalCarriesTheProblem() throws Exception {
        answer("/node/v1/reports", 400, """
                {"type":"urn:maintmgr:problem:invalid-request","title":"The request is not valid","status":400,
                 "code":"invalid-request","errors":[{"pointer":"/reports/0/seq","detail":"must be at least 1"}]}""");
        assertThat(client.report(Examples.FULL_REPORT))
                .isEqualTo(new Refused(
                        400, "invalid-request", "The request is not valid; /reports/0/seq must be at least 1"));

        answer("/node/v1/reports", 403, "<html>A proxy</html>");
        assertThat(client.report(Examples.FULL_REPORT)).isEqualTo(new Refused(403, "http-403", ""));
    }

    @Test
    void whatIsNotTheManagerIsNoAnswer() throws Exception {
        answer("/node/v1/poll", 200, "<html>Please log in to this hotel</html>");
        assertThat(client.poll(Examples.POLL)).isInstanceOf(Retry.class);

        answer("/node/v1/poll", 200, " ".repeat(2_000_000));
        assertThat(client.poll(Examples.POLL)).isInstanceOf(Retry.class);

        server.stop(0);
        assertThat(client.poll(Examples.POLL)).isInstanceOf(Retry.class);
    }

    @Test
    void downloadIsCheckedAndKept() throws Exception {
        Path file = directory.resolve("image");

        assertThat(client.download(image(sha256, content.length), file)).isEqualTo(new DownloadResult.Complete(file));
        assertThat(file).hasBinaryContent(content);
        // Complete already: only checked again.
        assertThat(client.download(image(sha256, content.length), file)).isEqualTo(new DownloadResult.Complete(file));
        assertThat(seen).hasSize(1);
    }

    @Test
    void cutDownloadGoesOnWhereItStopped() throws Exception {
        Path file = directory.resolve("image");

        assertThat(client.download(image(sha256, content.length), file, body -> new CutAfter(body, 100_000)))
                .isInstanceOf(Retry.class);
        assertThat(Files.size(file)).isEqualTo(100_000);
        assertThat(client.download(image(sha256, content.length), file)).isEqualTo(new DownloadResult.Complete(file));

        assertThat(file).hasBinaryContent(content);
        assertThat(seen)
                .containsExactly(
                        "GET Bearer mmnt_1.s null null", "GET Bearer mmnt_1.s bytes=100000- \"" + sha256 + "\"");
    }

    @Test
    void partOfSomethingElseIsNotContinued() throws Exception {
        Path file = directory.resolve("image");
        Files.write(file, new byte[100_000]);
        assertThat(client.download(image(sha256, content.length), file)).isInstanceOf(DownloadResult.Corrupt.class);

        Files.write(file, new byte[content.length + 1]);
        assertThat(client.download(image(sha256, content.length), file)).isEqualTo(new DownloadResult.Complete(file));
    }

    @Test
    void wrongBytesAndWrongSizesAreCorrupt() throws Exception {
        Path file = directory.resolve("image");

        assertThat(client.download(image(Examples.SHA256, content.length), file))
                .isInstanceOf(DownloadResult.Corrupt.class);
        assertThat(file).doesNotExist();
        assertThat(client.download(image(sha256, content.length - 1), file)).isInstanceOf(DownloadResult.Corrupt.class);
        assertThat(client.download(image(sha256, content.length + 1), file)).isInstanceOf(Retry.class);
    }

    @Test
    void tokenIsNotGivenToOtherHosts() throws Exception {
        String elsewhere = "http://localhost:" + server.getAddress().getPort() + "/node/v1/artifacts/" + sha256;
        server.createContext("/redirect", exchange -> {
            exchange.getResponseHeaders().set("Location", elsewhere);
            exchange.sendResponseHeaders(307, -1);
            exchange.close();
        });
        Path file = directory.resolve("image");
        var image = new ImageManifest("i", "f", "2.0", 2, "x86_64", "/redirect", content.length, sha256, null);

        assertThat(client.download(image, file)).isEqualTo(new DownloadResult.Complete(file));
        assertThat(seen).containsExactly("GET null null null");
    }

    @Test
    void anInterruptEndsADownload() throws Exception {
        Path file = directory.resolve("image");
        Thread caller = Thread.currentThread();

        assertThatThrownBy(() -> client.download(image(sha256, content.length), file, body -> {
                    caller.interrupt();
                    return body;
                }))
                .isInstanceOf(InterruptedException.class);
    }

    private ImageManifest image(String digest, long size) {
        return new ImageManifest("i", "f", "2.0", 2, "x86_64", "/node/v1/artifacts/" + sha256, size, digest, null);
    }

    private void artifact(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        String range = headers.getFirst("Range");
        seen.add("GET " + headers.getFirst("Authorization") + " " + range + " " + headers.getFirst("If-Range"));
        int from = range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        exchange.getResponseHeaders().set("ETag", '"' + sha256 + '"');
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        try (var out = exchange.getResponseBody()) {
            out.write(Arrays.copyOfRange(content, from, content.length));
        }
    }

    private void answer(String path, int status, String body, String... headers) {
        try {
            server.removeContext(path);
        } catch (IllegalArgumentException e) {
            // The first answer on this path.
        }
        server.createContext(path, exchange -> {
            seen.add(exchange.getRequestMethod() + " " + path + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.getRequestBody().readAllBytes();
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
            exchange.close();
        });
    }

    private static HttpServer start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.start();
            return server;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A connection that breaks after some bytes. */
    private static final class CutAfter extends FilterInputStream {
        private int left;

        CutAfter(InputStream in, int left) {
            super(in);
            this.left = left;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                throw new IOException("reset by peer");
            }
            int count = super.read(buffer, offset, Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }
    }
}
