package org.maintenancemanager.core.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.AuditKey;

class SigningKeyTest {
    /** The example of RFC 8410, section 10. */
    private static final String PRIVATE = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
            -----END PRIVATE KEY-----
            """;

    private static final String PUBLIC = """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
            -----END PUBLIC KEY-----
            """;

    @Test
    void publicKeyFollowsFromTheOneThatOpensslWrites(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("key.pem"), PRIVATE);
        var keys = TrustedKeys.of(SigningKey.loadOrMake(file), List.of());
        assertThat(keys.published()).singleElement().satisfies(key -> {
            assertThat(key.publicKey()).isEqualTo(PUBLIC);
            assertThat(key.signing()).isTrue();
        });
    }

    @Test
    void madeKeyIsForItsOwnerOnlyAndStays(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("deeper/signing-key.pem");
        SigningKey made = SigningKey.loadOrMake(file);
        SigningKey again = SigningKey.loadOrMake(file);
        assertThat(again.published().keyId()).isEqualTo(made.published().keyId());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void checkpointsOfAFormerKeyAreStillBelieved(@TempDir Path directory) throws IOException {
        SigningKey former = SigningKey.loadOrMake(directory.resolve("old.pem"));
        AuditCheckpoint old = former.checkpoint(new UUID(1, 2), 7, "ab".repeat(32), Instant.now());
        SigningKey present = SigningKey.loadOrMake(directory.resolve("new.pem"));
        Path published = Files.writeString(
                directory.resolve("former.pem"),
                TrustedKeys.of(former, List.of()).published().getFirst().publicKey());

        assertThat(TrustedKeys.of(present, List.of()).objection(old)).contains("not trusted");
        var both = TrustedKeys.of(present, List.of(published));
        assertThat(both.objection(old)).isNull();
        assertThat(both.published()).extracting(AuditKey::signing).containsExactly(true, false);
        assertThat(both.objection(
                        new AuditCheckpoint(old.tenantId(), 8, old.hash(), old.at(), old.keyId(), old.signature())))
                .contains("signature", "wrong");
    }

    @Test
    void whatIsNoKeyIsRefusedWithWhatIsExpected(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("key.pem"), PUBLIC);
        assertThatThrownBy(() -> SigningKey.loadOrMake(file))
                .hasMessageContaining("Ed25519 private key (PKCS#8 as PEM")
                .hasMessageContaining(file.toString());
    }
}
