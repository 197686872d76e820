package org.maintenancemanager.core.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.core.image.ArtifactStore.Expected;
import org.maintenancemanager.core.image.ArtifactStore.Intake;
import org.maintenancemanager.core.image.ArtifactStore.StoredArtifact;

class ArtifactDirectoryTest {
    private static final byte[] HELLO = "hello".getBytes(US_ASCII);
    private static final ArtifactDigests HELLO_DIGESTS = new ArtifactDigests(
            5,
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
            "5d41402abc4b2a76b9719d911017c592");

    private final Path directory;
    private final ArtifactDirectory store;

    ArtifactDirectoryTest(@TempDir Path temporary) {
        directory = temporary.resolve("artifacts");
        store = new ArtifactDirectory(directory, 1000, 0);
    }

    @Test
    void storedBytesAreFoundByTheirDigest() throws IOException {
        assertThat(receive(HELLO, new Expected(5L, HELLO_DIGESTS.sha256(), HELLO_DIGESTS.sha1(), HELLO_DIGESTS.md5())))
                .isEqualTo(new Intake.Stored(HELLO_DIGESTS));

        StoredArtifact found = store.open(HELLO_DIGESTS.sha256()).orElseThrow();
        assertThat(found.size()).isEqualTo(5);
        assertThat(found.path()).hasBinaryContent(HELLO);
        assertThat(files()).containsExactly(found.path());
    }

    @Test
    void sameBytesMayComeTwice() throws IOException {
        receive(HELLO, Expected.ANYTHING);
        assertThat(receive(HELLO, Expected.ANYTHING)).isEqualTo(new Intake.Stored(HELLO_DIGESTS));
        assertThat(files()).hasSize(1);
    }

    @Test
    void whatIsNotExpectedLeavesNothingBehind() throws IOException {
        String other = "0".repeat(64);
        assertThat(receive(HELLO, new Expected(null, other, null, null)))
                .isEqualTo(new Intake.OtherDigest("sha256", other, HELLO_DIGESTS.sha256()));
        String otherMd5 = "0".repeat(32);
        assertThat(receive(HELLO, new Expected(null, HELLO_DIGESTS.sha256(), null, otherMd5)))
                .isEqualTo(new Intake.OtherDigest("md5", otherMd5, HELLO_DIGESTS.md5()));
        assertThat(receive(HELLO, new Expected(4L, null, null, null))).isEqualTo(new Intake.OtherSize(4, 5));
        assertThat(receive(HELLO, new Expected(6L, null, null, null))).isEqualTo(new Intake.OtherSize(6, 5));
        assertThat(receive(new byte[1001], Expected.ANYTHING)).isEqualTo(new Intake.TooLarge(1000));
        assertThat(receive(HELLO, new Expected(1001L, null, null, null))).isEqualTo(new Intake.TooLarge(1000));
        assertThat(receive(new byte[0], Expected.ANYTHING)).isEqualTo(new Intake.Empty());
        assertThat(files()).isEmpty();
        assertThat(store.open(HELLO_DIGESTS.sha256())).isEmpty();
    }

    @Test
    void uploadThatBreaksOffLeavesNothingBehind() throws IOException {
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(HELLO), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        });
        assertThatThrownBy(() -> store.receive(broken, Expected.ANYTHING)).hasMessage("connection reset");
        assertThat(files()).isEmpty();
    }

    @Test
    void uploadThatWouldFillTheDiskIsRefusedBeforeItIsRead() throws IOException {
        var full = new ArtifactDirectory(directory, 1000, Long.MAX_VALUE);
        var bytes = new ByteArrayInputStream(HELLO);
        assertThat(full.receive(bytes, Expected.ANYTHING)).isEqualTo(new Intake.NoSpace(0));
        assertThat(bytes.available()).isEqualTo(5);
    }

    @Test
    void nothingButADigestIsAPath() {
        assertThat(store.open("../../../../etc/passwd")).isEmpty();
        assertThat(store.open("")).isEmpty();
        assertThat(store.open(HELLO_DIGESTS.sha256().toUpperCase(java.util.Locale.ROOT)))
                .isEmpty();
    }

    @Test
    void uploadsOfAManagerThatDiedAreRemoved() throws IOException {
        Path incoming = Files.createDirectories(directory.resolve("incoming"));
        Path old = Files.createFile(incoming.resolve("old"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Path running = Files.createFile(incoming.resolve("running"));

        receive(HELLO, Expected.ANYTHING);

        assertThat(old).doesNotExist();
        assertThat(running).exists();
    }

    private Intake receive(byte[] bytes, Expected expected) throws IOException {
        return store.receive(new ByteArrayInputStream(bytes), expected);
    }

    private Stream<Path> files() throws IOException {
        return Files.walk(directory).filter(Files::isRegularFile);
    }
}
