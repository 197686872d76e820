package org.maintenancemanager.core.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of images lie, named by their SHA-256. What is in it was read to its end, had the digest it is named
 * by, and was on the disk before anyone could see it; it never changes.
 */
public interface ArtifactStore {
    /** The artifact with this digest, if it is here. Anything but 64 small hex digits is not. */
    Optional<StoredArtifact> open(String sha256);

    /**
     * Reads {@code bytes} to their end and keeps them, if they are what was expected; otherwise nothing is left behind.
     * Does not close the stream, and holds no more than a buffer of it.
     *
     * @throws IOException if the bytes could not be read to their end, or not be written
     */
    Intake receive(InputStream bytes, Expected expected) throws IOException;

    /** Whatever lies at {@code path} has {@code size} bytes, and may be read by any number at once. */
    record StoredArtifact(Path path, long size) {}

    /**
     * What the sender or the image's record says of the bytes to come; null is not known before.
     *
     * @param size in bytes
     */
    record Expected(
            @Nullable Long size,
            @Nullable String sha256,
            @Nullable String sha1,
            @Nullable String md5) {
        /** Whatever comes is right. */
        public static final Expected ANYTHING = new Expected(null, null, null, null);
    }

    /** What became of the bytes that were sent. */
    sealed interface Intake {
        record Stored(ArtifactDigests digests) implements Intake {}

        record OtherDigest(String algorithm, String expected, String found) implements Intake {}

        /** @param found how many bytes came, or one more than were expected when there were too many */
        record OtherSize(long expected, long found) implements Intake {}

        /** @param limit the largest artifact that this store takes, in bytes */
        record TooLarge(long limit) implements Intake {}

        /** The store has to keep a reserve, and {@code free} bytes above it are not enough. */
        record NoSpace(long free) implements Intake {}

        record Empty() implements Intake {}
    }
}
