package org.maintenancemanager.core.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class SecretBoxTest {
    private static final byte[] SECRET = "a secret".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private SecretBox box(String file) {
        return new SecretBox(new AccessSettings(
                directory.resolve(file), Duration.ofMinutes(30), Duration.ofHours(12), Duration.ofMinutes(15)));
    }

    @Test
    void whatOneReplicaSealsAnotherOpens() throws GeneralSecurityException {
        byte[] sealed = box("sub/key").seal("totp", SECRET);

        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("a secret");
        assertThat(box("sub/key").open("totp", sealed)).isEqualTo(SECRET);
    }

    @Test
    void nothingOpensForAnotherPurposeOrWithAnotherKey() {
        byte[] sealed = box("key").seal("totp of one", SECRET);

        assertThatThrownBy(() -> box("key").open("totp of another", sealed))
                .isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> box("other").open("totp of one", sealed)).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> box("key").open("totp of one", new byte[3]))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void aNewKeyOnTopSealsAndTheOneBelowStillOpens() throws Exception {
        byte[] before = box("key").seal("totp", SECRET);
        String old = Files.readString(directory.resolve("key"));
        box("new");
        String fresh = Files.readString(directory.resolve("new"));
        Files.writeString(directory.resolve("key"), fresh + old);
        SecretBox rotated = box("key");

        assertThat(rotated.open("totp", before)).isEqualTo(SECRET);
        assertThat(rotated.isSealedBefore("totp", before)).isTrue();
        byte[] after = rotated.seal("totp", SECRET);
        assertThat(rotated.isSealedBefore("totp", after)).isFalse();
        assertThat(box("new").open("totp", after)).isEqualTo(SECRET);
        assertThatThrownBy(() -> box("new").open("totp", before)).isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void theKeyIsForItsOwnerOnly() throws Exception {
        box("key");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aFileThatHoldsNoKeyStopsTheStart() throws Exception {
        Files.writeString(directory.resolve("key"), "short");

        assertThatThrownBy(() -> box("key"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("32 bytes");
    }
}
