package org.maintenancemanager.core.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/**
 * Seals secrets that have to be read again, with a key that the database does not hold (AES-256-GCM). What was sealed for
 * one purpose does not open for another.
 */
@Component
public class SecretBox {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;

    SecretBox(AccessSettings settings) {
        this.key = new SecretKeySpec(loadOrMake(settings.keyFile()), "AES");
    }

    private static byte[] loadOrMake(Path file) {
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            byte[] read = Base64.getDecoder()
                    .decode(Files.readString(file, StandardCharsets.US_ASCII).strip());
            if (read.length != KEY_BYTES) {
                throw new IllegalStateException(
                        "expected %d bytes as base64 in %s, found %d".formatted(KEY_BYTES, file, read.length));
            }
            return read;
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("expected %d bytes as base64 in %s".formatted(KEY_BYTES, file), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read or make the key file " + file, e);
        }
    }

    /** Whole or not at all: of two replicas that start at once, one makes it and the other reads it. */
    private static void make(Path file) throws IOException {
        byte[] made = new byte[KEY_BYTES];
        RANDOM.nextBytes(made);
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path whole = Files.createTempFile(
                directory,
                ".key",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(whole, Base64.getEncoder().encodeToString(made) + "\n", StandardOpenOption.WRITE);
            Files.createLink(file, whole);
        } catch (FileAlreadyExistsException somebodyWasFaster) {
            // theirs is read
        } finally {
            Files.delete(whole);
        }
    }

    public byte[] seal(String purpose, byte[] secret) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, purpose).doFinal(secret);
            return ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a secret could not be sealed", e);
        }
    }

    /** @throws GeneralSecurityException if it was not sealed with this key for this purpose */
    public byte[] open(String purpose, byte[] sealed) throws GeneralSecurityException {
        if (sealed.length < NONCE_BYTES) {
            throw new GeneralSecurityException("too short to be a sealed secret");
        }
        byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        return cipher(Cipher.DECRYPT_MODE, nonce, purpose).doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
    }

    private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
