package org.maintenancemanager.web.agent;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.image.ArtifactStore.StoredArtifact;
import org.maintenancemanager.core.image.Artifacts;
import org.maintenancemanager.core.update.KnownNode;
import org.springframework.stereotype.Component;

/**
 * Gives a node the bytes of an image of its tenant, whole or a range of them. The kernel copies them from the file to the
 * socket where the container can do that; never does more than a buffer of them lie in the heap.
 */
@Component
public class ArtifactAnswer {
    /** Names of Tomcat's request attributes for its sendfile. */
    private static final String SENDFILE = "org.apache.tomcat.sendfile.";

    private final Artifacts artifacts;

    ArtifactAnswer(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    /** @throws Refusal if there is no such artifact for the node, or nothing of the range lies in it */
    public void write(KnownNode node, String sha256, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        StoredArtifact artifact = artifacts
                .find(node.tenant(), sha256)
                .orElseThrow(() -> Refusal.of(ProblemType.NOT_FOUND, "There is no such artifact for this node."));
        write(artifact, sha256, request, response);
    }

    /** For whoever has found out already that the node may have it. */
    public void writeKnown(String sha256, HttpServletRequest request, HttpServletResponse response) throws IOException {
        StoredArtifact artifact = artifacts
                .open(sha256)
                .orElseThrow(() -> Refusal.of(ProblemType.NOT_FOUND, "There is no such artifact for this node."));
        write(artifact, sha256, request, response);
    }

    private static void write(
            StoredArtifact artifact, String sha256, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String tag = '"' + sha256 + '"';
        response.setHeader("ETag", tag);
        response.setHeader("Accept-Ranges", "bytes");
        // The content never changes, since its name is its digest; shared caches would not ask for the credential.
        response.setHeader("Cache-Control", "private, max-age=31536000, immutable");
        String ifMatch = request.getHeader("If-Match");
        if (ifMatch != null && !matches(ifMatch, tag)) {
            response.setHeader("Cache-Control", "no-store");
            throw Refusal.of(ProblemType.PRECONDITION_FAILED);
        }
        if (matches(request.getHeader("If-None-Match"), tag)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        String ifRange = request.getHeader("If-Range");
        // A date, or the tag of something else: what the node has is not known to be a part of this.
        boolean honoured = ifRange == null || ifRange.strip().equals(tag);
        switch (ByteRange.of(honoured ? request.getHeader("Range") : null, artifact.size())) {
            case ByteRange.All all -> send(artifact, 0, artifact.size(), request, response);
            case ByteRange.Part part -> {
                response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
                response.setHeader(
                        "Content-Range", "bytes %d-%d/%d".formatted(part.start(), part.end() - 1, artifact.size()));
                send(artifact, part.start(), part.end(), request, response);
            }
            case ByteRange.Unsatisfiable unsatisfiable -> {
                response.setHeader("Content-Range", "bytes */" + artifact.size());
                response.setHeader("Cache-Control", "no-store");
                throw Refusal.of(ProblemType.RANGE_NOT_SATISFIABLE);
            }
        }
    }

    private static boolean matches(@Nullable String ifNoneMatch, String tag) {
        return ifNoneMatch != null && (ifNoneMatch.strip().equals("*") || ifNoneMatch.contains(tag));
    }

    private static void send(
            StoredArtifact artifact, long start, long end, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setContentType("application/octet-stream");
        response.setContentLengthLong(end - start);
        if (request.getMethod().equals("HEAD")) {
            return;
        }
        if (Boolean.TRUE.equals(request.getAttribute(SENDFILE + "support"))) {
            request.setAttribute(
                    SENDFILE + "filename", artifact.path().toRealPath().toString());
            request.setAttribute(SENDFILE + "start", start);
            request.setAttribute(SENDFILE + "end", end);
            return;
        }
        try (FileChannel file = FileChannel.open(artifact.path(), StandardOpenOption.READ);
                WritableByteChannel out = Channels.newChannel(response.getOutputStream())) {
            long position = start;
            while (position < end) {
                long sent = file.transferTo(position, end - position, out);
                if (sent <= 0) {
                    throw new IOException("the artifact %s ends at %d; expected %d bytes"
                            .formatted(artifact.path(), position, artifact.size()));
                }
                position += sent;
            }
        }
    }
}
