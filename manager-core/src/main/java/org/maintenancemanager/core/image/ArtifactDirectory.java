package org.maintenancemanager.core.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Artifacts in a directory: {@code ab/abcdef...}. What is still on its way lies in {@code incoming}. */
final class ArtifactDirectory implements ArtifactStore {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final int BUFFER_BYTES = 256 * 1024;

    /** How often the disk's free space is looked at when the size was not known before. */
    private static final long SPACE_CHECK_BYTES = 64L << 20;

    /** An upload that wrote nothing for so long was cut off together with its manager. */
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

    private final Path directory;
    private final long maxBytes;
    private final long keepFreeBytes;

    ArtifactDirectory(Path directory, long maxBytes, long keepFreeBytes) {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.keepFreeBytes = keepFreeBytes;
    }

    @Override
    public Optional<StoredArtifact> open(String sha256) {
        // The digest comes from a URL and becomes a path: nothing but a digest may pass.
        if (!SHA256.matcher(sha256).matches()) {
            return Optional.empty();
        }
        Path path = pathOf(sha256);
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return attributes.isRegularFile()
                    ? Optional.of(new StoredArtifact(path, attributes.size()))
                    : Optional.empty();
        } catch (NoSuchFileException notHere) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + path, e);
        }
    }

    @Override
    public Intake receive(InputStream bytes, Expected expected) throws IOException {
        long expectedSize = expected.size() == null ? -1 : expected.size();
        if (expectedSize > maxBytes) {
            return new Intake.TooLarge(maxBytes);
        }
        Path incoming = Files.createDirectories(directory.resolve("incoming"));
        removeAbandoned(incoming);
        long free = freeBytes();
        if (Math.max(expectedSize, 1) > free) {
            return new Intake.NoSpace(free);
        }
        Path file = incoming.resolve(UUID.randomUUID().toString());
        try {
            Intake outcome = write(bytes, file, expectedSize, expected);
            if (outcome instanceof Intake.Stored stored) {
                publish(file, stored.digests().sha256());
            }
            return outcome;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private Intake write(InputStream bytes, Path file, long expectedSize, Expected expected) throws IOException {
        MessageDigest sha256 = digest("SHA-256");
        MessageDigest sha1 = digest("SHA-1");
        MessageDigest md5 = digest("MD5");
        byte[] buffer = new byte[BUFFER_BYTES];
        long size = 0;
        long nextSpaceCheck = SPACE_CHECK_BYTES;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                size += read;
                if (expectedSize >= 0 && size > expectedSize) {
                    return new Intake.OtherSize(expectedSize, expectedSize + 1);
                }
                if (size > maxBytes) {
                    return new Intake.TooLarge(maxBytes);
                }
                if (size >= nextSpaceCheck) {
                    long free = freeBytes();
                    if (free <= 0) {
                        return new Intake.NoSpace(free);
                    }
                    nextSpaceCheck = size + SPACE_CHECK_BYTES;
                }
                sha256.update(buffer, 0, read);
                sha1.update(buffer, 0, read);
                md5.update(buffer, 0, read);
                for (ByteBuffer rest = ByteBuffer.wrap(buffer, 0, read); rest.hasRemaining(); ) {
                    channel.write(rest);
                }
            }
            if (size == 0) {
                return new Intake.Empty();
            }
            if (expectedSize >= 0 && size != expectedSize) {
                return new Intake.OtherSize(expectedSize, size);
            }
            var digests = new ArtifactDigests(size, hex(sha256), hex(sha1), hex(md5));
            Intake.@Nullable OtherDigest other = firstOther(expected, digests);
            if (other != null) {
                return other;
            }
            channel.force(true);
            return new Intake.Stored(digests);
        }
    }

    private static Intake.@Nullable OtherDigest firstOther(Expected expected, ArtifactDigests found) {
        if (expected.sha256() != null && !expected.sha256().equals(found.sha256())) {
            return new Intake.OtherDigest("sha256", expected.sha256(), found.sha256());
        }
        if (expected.sha1() != null && !expected.sha1().equals(found.sha1())) {
            return new Intake.OtherDigest("sha1", expected.sha1(), found.sha1());
        }
        if (expected.md5() != null && !expected.md5().equals(found.md5())) {
            return new Intake.OtherDigest("md5", expected.md5(), found.md5());
        }
        return null;
    }

    /** The bytes are on the disk; now the name, in one step, and the name on the disk too. */
    private void publish(Path file, String sha256) throws IOException {
        Path target = pathOf(sha256);
        Path parent = directory.resolve(sha256.substring(0, 2));
        boolean newParent = !Files.isDirectory(parent);
        Files.createDirectories(parent);
        // Replaces what may lie there: the same bytes, unless the disk spoiled them.
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(parent);
        if (newParent) {
            force(directory);
        }
    }

    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Path pathOf(String sha256) {
        return directory.resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    private long freeBytes() throws IOException {
        return Math.max(0, Files.getFileStore(directory).getUsableSpace() - keepFreeBytes);
    }

    private static void removeAbandoned(Path incoming) throws IOException {
        Instant before = Instant.now().minus(ABANDONED_AFTER);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(incoming)) {
            for (Path file : files) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                        Files.deleteIfExists(file);
                    }
                } catch (NoSuchFileException finishedMeanwhile) {
                    continue;
                }
            }
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
