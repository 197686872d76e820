package org.maintenancemanager.api.node;

import io.grpc.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;

/**
 * One node's end of the node API, for those who write an agent in Java. Over HTTP it needs nothing but the JDK.
 *
 * {@snippet :
 * HttpClient http = NodeClient.newHttpClient();
 * NodeClient client = NodeClient.http(http, URI.create("https://manager.example.org"));
 * switch (client.enroll(request)) {
 *     case EnrollResult.Enrolled(var response, var token) -> client = client.withToken(keep(token));
 *     case EnrollResult.Certified(var response, var certificate) -> client = reconnected(keep(certificate));
 *     case EnrollResult.Pending(var response) -> askAgainIn(response.nextPollSeconds());
 *     case Retry(var seconds, var why) -> askAgainIn(seconds);
 *     case Refused refused -> tellSomebody(refused);
 * }
 * }
 *
 * <p>What an agent has to do, beside calling:
 *
 * <ul>
 *   <li>Poll again after {@code nextPollSeconds}. Act on the directive, then send its {@code assignmentVersion} as
 *       {@code knownVersion}: only what is newer is told again.
 *   <li>Number its reports 1, 2, 3 ... for the life of the credential, write each one down before it is first sent, and send
 *       all above {@code ackedSeq} again until they are acknowledged. One number never stands for two different reports.
 *   <li>Begin to install, and to reboot, only while the permit is valid, counted from the arrival of the answer that
 *       brought it by a clock that nobody sets.
 *   <li>When {@code serverEpoch} changes, the manager's memory may be an older one: send all facts, and again the reports
 *       above the {@code ackedSeq} that it names now.
 * </ul>
 *
 * <p>Immutable and cheap: thousands of nodes in a process share one {@link HttpClient} or channel. Calls block; use virtual
 * threads. They end early when the thread is interrupted.
 */
public final class NodeClient {
    private final NodeTransport transport;
    private final ArtifactDownload artifacts;
    private final @Nullable String nodeToken;
    /** Said by the connection's certificate. */
    private final boolean isCertified;

    private NodeClient(
            NodeTransport transport, ArtifactDownload artifacts, @Nullable String nodeToken, boolean isCertified) {
        this.transport = transport;
        this.artifacts = artifacts;
        this.nodeToken = nodeToken;
        this.isCertified = isCertified;
    }

    /** An HTTP client as this API wants it: HTTP/1.1 with kept connections, no redirects, 10 s to connect. */
    public static HttpClient newHttpClient() {
        return HttpNodeTransport.newHttpClient();
    }

    /** @param manager the root of the manager's API, for example {@code https://manager.example.org} */
    public static NodeClient http(HttpClient http, URI manager) {
        return new NodeClient(new HttpNodeTransport(http, manager), new ArtifactDownload(http, manager), null, false);
    }

    /** Calls by gRPC; downloads still by HTTP, since gRPC has none. */
    public static NodeClient grpc(Channel channel, HttpClient http, URI manager) {
        return over(new GrpcNodeTransport(channel), http, manager);
    }

    /** Calls by a transport of your own; downloads by HTTP. */
    public static NodeClient over(NodeTransport transport, HttpClient http, URI manager) {
        return new NodeClient(transport, new ArtifactDownload(http, manager), null, false);
    }

    /** The same client with the identity that an enrollment gave. */
    public NodeClient withToken(String nodeToken) {
        return new NodeClient(transport, artifacts, nodeToken, false);
    }

    /** The same client for a node whose HTTP client and channel present its certificate, see {@link NodeTls}. */
    public NodeClient withCertificate() {
        return new NodeClient(transport, artifacts, null, true);
    }

    /** Asks for an identity. May be repeated with the same key at any time. */
    public EnrollResult enroll(EnrollRequest request) throws InterruptedException {
        return transport.enroll(request);
    }

    /**
     * Asks for the next credential: a certificate for the request's certificate request, otherwise a token. Due when the
     * present certificate's {@code renewAfterSeconds} are over, or a token as often as its keeper likes. The present one
     * stays good until the next is used for the first time, so store the next before using it. If the answer was lost, ask
     * again.
     *
     * @throws IllegalStateException without a token or certificate
     */
    public RenewResult renew(RenewRequest request) throws InterruptedException {
        return transport.renew(token(), request);
    }

    /**
     * Asks what to do.
     *
     * @throws IllegalStateException without a token or certificate
     */
    public PollResult poll(PollRequest request) throws InterruptedException {
        return transport.poll(token(), request);
    }

    /**
     * Hands in reports (at most 500, 64 KiB in all), facts, or both.
     *
     * @throws IllegalStateException without a token or certificate
     */
    public ReportResult report(ReportRequest request) throws InterruptedException {
        return transport.report(token(), request);
    }

    /** As {@link #download(ImageManifest, Path, UnaryOperator)}, with the bytes as they come. */
    public DownloadResult download(ImageManifest image, Path file) throws IOException, InterruptedException {
        return download(image, file, body -> body);
    }

    /**
     * Fetches the image into the file and checks size and SHA-256 on the way. If the file has a part of it already, only the
     * rest is fetched. The node token goes to the manager alone, never to another host that the manifest names.
     *
     * @param through wraps the body of the answer, for example to slow it down; what it throws ends this attempt
     * @throws IOException if the file cannot be read or written
     * @throws IllegalStateException without a token or certificate
     */
    public DownloadResult download(ImageManifest image, Path file, UnaryOperator<InputStream> through)
            throws IOException, InterruptedException {
        return artifacts.download(token(), image, file, through);
    }

    /**
     * As {@link #download(ImageManifest, Path)}, no faster than the manager said in {@link PollResponse#bytesPerSecond()}.
     *
     * @param bytesPerSecond on average over some seconds, at least 1; null: as fast as it can
     */
    public DownloadResult download(ImageManifest image, Path file, @Nullable Long bytesPerSecond)
            throws IOException, InterruptedException {
        return download(image, file, body -> paced(body, bytesPerSecond));
    }

    /** The body of a download, no faster than that; for those who wrap it themselves. */
    public static InputStream paced(InputStream body, @Nullable Long bytesPerSecond) {
        return bytesPerSecond == null ? body : new PacedBody(body, bytesPerSecond);
    }

    private @Nullable String token() {
        if (nodeToken == null && !isCertified) {
            throw new IllegalStateException("The node has neither token nor certificate yet; enroll first.");
        }
        return nodeToken;
    }
}
