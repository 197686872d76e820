package org.maintenancemanager.web.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.stereotype.Component;

/**
 * The files of the built console, as they lie in the jar: some megabytes, read on the first use of each. Only a name that
 * was found there at the start is ever served, so no path leads anywhere else.
 */
@Component
class ConsoleFiles {
    private static final String ROOT = "classpath*:/console/";
    private static final String INDEX = "index.html";
    /** What does not get smaller is sent as it is. */
    private static final Set<String> COMPRESSED = Set.of("woff2", "png");

    private final Map<String, File> files;

    ConsoleFiles() {
        this.files = Map.copyOf(find());
    }

    /** Whether the console was built into this jar. */
    boolean built() {
        return files.containsKey(INDEX);
    }

    Optional<File> index() {
        return file(INDEX);
    }

    /** @param path below {@code /console/} */
    Optional<File> file(String path) {
        return Optional.ofNullable(files.get(path));
    }

    private static Map<String, File> find() {
        Map<String, File> found = new HashMap<>();
        try {
            for (Resource resource : new PathMatchingResourcePatternResolver().getResources(ROOT + "**")) {
                if (!resource.isReadable() || resource.getFilename() == null) {
                    continue;
                }
                String url = resource.getURL().toString();
                String path = url.substring(url.lastIndexOf("/console/") + "/console/".length());
                if (!path.isEmpty() && !path.endsWith("/") && !path.startsWith(".")) {
                    found.put(path, new File(path, resource));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the console's files cannot be listed", e);
        }
        return found;
    }

    /** One file. Its name holds a hash of its content if it lies under {@code assets/}, so it never changes. */
    static final class File {
        private final String path;
        private final Resource resource;
        private final AtomicReference<@Nullable Content> content = new AtomicReference<>();

        File(String path, Resource resource) {
            this.path = path;
            this.resource = resource;
        }

        boolean isImmutable() {
            return path.startsWith("assets/");
        }

        MediaType type() {
            MediaType type = MediaTypeFactory.getMediaType(path).orElse(MediaType.APPLICATION_OCTET_STREAM);
            return type.getType().equals("text") ? new MediaType(type, StandardCharsets.UTF_8) : type;
        }

        Content content() {
            Content read = content.get();
            if (read == null) {
                read = read();
                content.set(read);
            }
            return read;
        }

        private Content read() {
            try {
                byte[] plain = resource.getContentAsByteArray();
                String extension = path.substring(path.lastIndexOf('.') + 1);
                byte[] zipped = COMPRESSED.contains(extension) ? plain : gzip(plain);
                return new Content(plain, zipped.length < plain.length ? zipped : null, tag(plain));
            } catch (IOException e) {
                throw new UncheckedIOException("the console's file %s cannot be read".formatted(path), e);
            }
        }

        private static byte[] gzip(byte[] plain) throws IOException {
            var zipped = new ByteArrayOutputStream(plain.length / 3);
            try (var out = new GZIPOutputStream(zipped)) {
                out.write(plain);
            }
            return zipped.toByteArray();
        }

        private static String tag(byte[] plain) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
                return '"' + HexFormat.of().formatHex(digest, 0, 12) + '"';
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }

    /** @param zipped absent where it would not be smaller */
    @SuppressWarnings("ArrayRecordComponent")
    record Content(byte[] plain, byte @Nullable [] zipped, String tag) {}
}
