package org.maintenancemanager.api.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;

/** Fetches an image into a file, from the manager or from wherever it sends the node; goes on where the last try stopped. */
final class ArtifactDownload {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST_REDIRECTS = 5;
    private static final int BUFFER = 64 * 1024;
    private static final int LARGEST_PROBLEM = 64 * 1024;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    private final HttpClient http;
    private final URI manager;

    ArtifactDownload(HttpClient http, URI manager) {
        this.http = http;
        this.manager = manager;
    }

    DownloadResult download(
            @Nullable String nodeToken, ImageManifest image, Path file, UnaryOperator<InputStream> through)
            throws IOException, InterruptedException {
        URI source;
        try {
            source = image.url().startsWith("/") ? HttpNodeTransport.on(manager, image.url()) : URI.create(image.url());
        } catch (IllegalArgumentException e) {
            return new Refused(400, "http-400", "The manifest names no URL: " + image.url());
        }
        long has = sizeOf(file);
        if (has > image.sizeBytes()) {
            Files.delete(file);
            has = 0;
        }
        if (has == image.sizeBytes()) {
            return check(image, file, digestOf(file));
        }
        // Our manager's tag is the digest; another server's was written down when the first part came.
        Path tagFile = file.resolveSibling(file.getFileName() + ".etag");
        String tag = Files.exists(tagFile) ? Files.readString(tagFile) : '"' + image.sha256() + '"';

        HttpResponse<InputStream> answer;
        try {
            answer = request(source, nodeToken, has, tag);
        } catch (IOException | IllegalArgumentException e) {
            return new Retry(0, "no answer from " + source.getHost() + ": " + e);
        }
        try (InputStream body = answer.body()) {
            int status = answer.statusCode();
            if (status == 416) {
                // What lies here is no part of what lies there.
                Files.deleteIfExists(file);
                Files.deleteIfExists(tagFile);
                return new Retry(0, "the part that is here does not fit; it was dropped");
            }
            if (status != 200 && status != 206) {
                return switch (HttpNodeTransport.failure(status, answer.headers(), problem(body))) {
                    case Retry retry -> retry;
                    case Refused refused -> refused;
                };
            }
            long start = status == 206 ? startOf(answer) : 0;
            if (start != has && start != 0) {
                return new Retry(0, "asked for bytes from " + has + ", got them from " + start);
            }
            keepTag(answer, image, tagFile);
            return receive(image, file, tagFile, start, through.apply(body));
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            throw new InterruptedException("interrupted in a download");
        }
    }

    private HttpResponse<InputStream> request(URI source, @Nullable String nodeToken, long has, String tag)
            throws IOException, InterruptedException {
        URI target = source;
        for (int redirects = 0; ; redirects++) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(target).timeout(ANSWER_TIMEOUT).header("Accept", "*/*");
            if (nodeToken != null && isManager(target)) {
                request.header("Authorization", "Bearer " + nodeToken);
            }
            if (has > 0) {
                request.header("Range", "bytes=" + has + "-").header("If-Range", tag);
            }
            HttpResponse<InputStream> answer = http.send(request.build(), head -> new ReceivedBody(PATIENCE));
            String location = answer.headers().firstValue("Location").orElse(null);
            boolean redirected = answer.statusCode() >= 301 && answer.statusCode() <= 308 && location != null;
            if (!redirected) {
                return answer;
            }
            answer.body().close();
            if (redirects == MOST_REDIRECTS) {
                throw new IOException("more than " + MOST_REDIRECTS + " redirects");
            }
            URI next = target.resolve(location);
            if ("https".equals(target.getScheme()) && !"https".equals(next.getScheme())) {
                throw new IOException("redirected from https to " + next.getScheme());
            }
            target = next;
        }
    }

    private boolean isManager(URI target) {
        return manager.getScheme().equalsIgnoreCase(target.getScheme())
                && manager.getAuthority().equalsIgnoreCase(target.getAuthority());
    }

    private static DownloadResult receive(ImageManifest image, Path file, Path tagFile, long start, InputStream body)
            throws IOException, InterruptedException {
        MessageDigest digest = start == 0 ? sha256() : digestOf(file);
        long position = start;
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(start);
            out.position(start);
            byte[] buffer = new byte[BUFFER];
            while (true) {
                int count;
                try {
                    count = body.read(buffer);
                } catch (InterruptedIOException e) {
                    Thread.interrupted();
                    throw new InterruptedException("interrupted in a download");
                } catch (IOException e) {
                    return new Retry(0, "cut at byte " + position + ": " + e.getMessage());
                }
                if (count < 0) {
                    break;
                }
                if (position + count > image.sizeBytes()) {
                    position += count;
                    break;
                }
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                digest.update(buffer, 0, count);
                position += count;
            }
        }
        if (position > image.sizeBytes()) {
            Files.delete(file);
            Files.deleteIfExists(tagFile);
            return new DownloadResult.Corrupt("more than the " + image.sizeBytes() + " bytes of the manifest");
        }
        if (position < image.sizeBytes()) {
            return new Retry(0, "ended at byte " + position + " of " + image.sizeBytes());
        }
        Files.deleteIfExists(tagFile);
        return check(image, file, digest);
    }

    private static DownloadResult check(ImageManifest image, Path file, MessageDigest digest) throws IOException {
        String found = HexFormat.of().formatHex(digest.digest());
        if (found.equals(image.sha256().toLowerCase(Locale.ROOT))) {
            return new DownloadResult.Complete(file);
        }
        Files.delete(file);
        return new DownloadResult.Corrupt("SHA-256 is " + found + ", expected " + image.sha256());
    }

    private static void keepTag(HttpResponse<?> answer, ImageManifest image, Path tagFile) throws IOException {
        String tag = answer.headers().firstValue("ETag").orElse("");
        // A weak tag may stay the same while bytes change.
        if (tag.startsWith("\"") && !tag.equals('"' + image.sha256() + '"')) {
            Files.writeString(tagFile, tag);
        }
    }

    private static long startOf(HttpResponse<?> answer) {
        Matcher range = CONTENT_RANGE.matcher(
                answer.headers().firstValue("Content-Range").orElse(""));
        return range.matches() ? Long.parseLong(range.group(1)) : -1;
    }

    private static byte[] problem(InputStream body) {
        try {
            return body.readNBytes(LARGEST_PROBLEM);
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static MessageDigest digestOf(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return digest;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
