package org.maintenancemanager.core.audit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * What of the audit lies outside of the database: {@code signing-key.pem}, {@code former-keys/*.pem}, and the checkpoints of
 * each tenant in {@code checkpoints/<tenant>.ndjson}, one a line in the order of their numbers.
 */
final class AuditDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(AuditDirectory.class);

    private final Path directory;

    AuditDirectory(Path directory) {
        this.directory = directory;
    }

    Path signingKey() {
        return directory.resolve("signing-key.pem");
    }

    Path checkpoints(TenantId tenant) {
        return directory.resolve("checkpoints").resolve(tenant + ".ndjson");
    }

    /** In the order of their names. */
    List<Path> formerKeys() {
        Path former = directory.resolve("former-keys");
        if (!Files.isDirectory(former)) {
            return List.of();
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> pems = Files.newDirectoryStream(former, "*.pem")) {
            pems.forEach(files::add);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into " + former, e);
        }
        files.sort(null);
        return files;
    }

    /** Returns when the checkpoint is on the disk. */
    void append(AuditCheckpoint checkpoint) throws IOException {
        Path file = checkpoints(new TenantId(checkpoint.tenantId()));
        boolean isNew = !Files.exists(file);
        Files.createDirectories(file.getParent());
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
            // Begins a new line if the last one was cut off by a crash.
            String line = (endsWithinALine(file) ? "\n" : "") + ExportFormat.write(checkpoint) + "\n";
            for (ByteBuffer rest = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)); rest.hasRemaining(); ) {
                channel.write(rest);
            }
            channel.force(true);
        }
        if (isNew) {
            try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        }
    }

    private static boolean endsWithinALine(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var last = ByteBuffer.allocate(1);
            return channel.size() > 0 && channel.read(last, channel.size() - 1) == 1 && last.get(0) != '\n';
        }
    }

    /** How many bytes of checkpoints are there now; 0 without a file. */
    static long size(Path checkpoints) throws IOException {
        return Files.exists(checkpoints) ? Files.size(checkpoints) : 0;
    }

    /**
     * The checkpoints in the first so many bytes of a file, read as they are asked for.
     *
     * @param size what {@link #size} said
     */
    static Checkpoints read(Path file, long size) throws IOException {
        if (size == 0) {
            return new Checkpoints(new BufferedReader(InputStreamReader.nullReader()), file);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        InputStream bytes = Channels.newInputStream(channel);
        return new Checkpoints(
                new BufferedReader(new InputStreamReader(new Head(bytes, size), StandardCharsets.UTF_8)), file);
    }

    /** Checkpoints of a file. A line that a crash cut off is none. */
    static final class Checkpoints implements Iterable<AuditCheckpoint>, AutoCloseable {
        private final BufferedReader lines;
        private final Path file;

        private Checkpoints(BufferedReader lines, Path file) {
            this.lines = lines;
            this.file = file;
        }

        @Override
        public Iterator<AuditCheckpoint> iterator() {
            return lines.lines()
                    .flatMap(line -> {
                        try {
                            return line.isBlank() ? Stream.empty() : Stream.of(ExportFormat.readCheckpoint(line));
                        } catch (JacksonException unreadable) {
                            LOG.warn("skipping a line of {} that holds no checkpoint", file);
                            return Stream.empty();
                        }
                    })
                    .iterator();
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    /** Ends where the file ended when somebody looked. */
    private static final class Head extends java.io.FilterInputStream {
        private long left;

        private Head(InputStream in, long size) {
            super(in);
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) == 1 ? one[0] & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(bytes, from, (int) Math.min(length, left));
            left -= Math.max(count, 0);
            return count;
        }
    }
}
