package org.maintenancemanager.core.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import org.maintenancemanager.api.admin.AuditCheckpoint;

/** The manager's key, Ed25519, that signs the checkpoints of the audit. */
final class SigningKey {
    private static final String ALGORITHM = "Ed25519";

    private final PrivateKey key;
    private final TrustedKeys.Entry published;

    private SigningKey(KeyPair pair) {
        this.key = pair.getPrivate();
        this.published = TrustedKeys.Entry.of(pair.getPublic());
    }

    /** Reads the key; if there is no such file, makes one that only its owner may read. */
    static SigningKey loadOrMake(Path file) {
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            return load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the audit's signing key %s can neither be read nor made; put it there with 'openssl genpkey -algorithm ed25519 -out %s', or name another place in manager.audit.directory or manager.audit.signing-key"
                            .formatted(file, file),
                    e);
        }
    }

    static SigningKey load(Path file) throws IOException {
        try {
            byte[] encoded = TrustedKeys.pem(Files.readString(file), "PRIVATE KEY");
            return new SigningKey(pair(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "expected an Ed25519 private key (PKCS#8 as PEM, without a password) in %s: %s"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private static void make(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path made = Files.createTempFile(
                directory,
                ".key-",
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            byte[] encoded = KeyPairGenerator.getInstance(ALGORITHM)
                    .generateKeyPair()
                    .getPrivate()
                    .getEncoded();
            Files.writeString(made, TrustedKeys.toPem(encoded, "PRIVATE KEY"), StandardCharsets.US_ASCII);
            // Another replica may make one at this moment: the first name stays, and both read it.
            Files.createLink(file, made);
        } catch (FileAlreadyExistsException otherReplica) {
            return;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
        } finally {
            Files.delete(made);
        }
    }

    /** A private key as openssl writes it does not tell its public key. */
    private static KeyPair pair(byte[] pkcs8) throws GeneralSecurityException {
        PrivateKey given = KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        if (!(given instanceof EdECPrivateKey edwards) || edwards.getBytes().isEmpty()) {
            throw new IllegalArgumentException("found a key of another kind");
        }
        byte[] seed = edwards.getBytes().get();
        KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
        // The private key is the only random number that the generator takes; the public key follows from it.
        generator.initialize(NamedParameterSpec.ED25519, new SecureRandom() {
            private static final long serialVersionUID = 1;

            @Override
            public void nextBytes(byte[] bytes) {
                System.arraycopy(seed, 0, bytes, 0, bytes.length);
            }
        });
        KeyPair pair = new KeyPair(generator.generateKeyPair().getPublic(), given);
        byte[] probe = {1, 2, 3};
        if (!TrustedKeys.verifies(pair.getPublic(), probe, sign(given, probe))) {
            throw new IllegalStateException("this Java platform made a public key that does not fit the private one");
        }
        return pair;
    }

    TrustedKeys.Entry published() {
        return published;
    }

    /** A checkpoint of the chain at this number. */
    AuditCheckpoint checkpoint(UUID tenant, long seq, String hash, Instant at) {
        var unsigned = new AuditCheckpoint(tenant, seq, hash, at.truncatedTo(ChronoUnit.MICROS), published.keyId(), "");
        return new AuditCheckpoint(
                tenant,
                seq,
                hash,
                unsigned.at(),
                unsigned.keyId(),
                Base64.getEncoder().encodeToString(sign(key, ChainHash.signedBytes(unsigned))));
    }

    private static byte[] sign(PrivateKey key, byte[] bytes) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a checkpoint could not be signed", e);
        }
    }
}
