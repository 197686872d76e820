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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/**
 * Seals secrets that have to be read again, with a key that the database does not hold (AES-256-GCM). What was sealed for
 * one purpose does not open for another. The file holds a key a line: the first one seals, all of them open, so that a key
 * can be changed while what the one before sealed is still about.
 */
@Component
public class SecretBox {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final List<SecretKeySpec> keys;

    SecretBox(AccessSettings settings) {
        this.keys = loadOrMake(settings.keyFile());
    }

    private static List<SecretKeySpec> loadOrMake(Path file) {
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            List<SecretKeySpec> read = new ArrayList<>();
            for (String line :
                    Files.readString(file, StandardCharsets.US_ASCII).strip().split("\\s+")) {
                byte[] key = Base64.getDecoder().decode(line);
                if (key.length != KEY_BYTES) {
                    throw new IllegalStateException("expected %d bytes as base64 in each line of %s, found %d"
                            .formatted(KEY_BYTES, file, key.length));
                }
                read.add(new SecretKeySpec(key, "AES"));
            }
            return List.copyOf(read);
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
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, keys.getFirst(), nonce, purpose).doFinal(secret);
            return ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a secret could not be sealed", e);
        }
    }

    /** @throws GeneralSecurityException if it was not sealed with one of the keys for this purpose */
    public byte[] open(String purpose, byte[] sealed) throws GeneralSecurityException {
        if (sealed.length < NONCE_BYTES) {
            throw new GeneralSecurityException("too short to be a sealed secret");
        }
        GeneralSecurityException last = null;
        for (SecretKeySpec key : keys) {
            try {
                return open(key, purpose, sealed);
            } catch (GeneralSecurityException other) {
                last = other;
            }
        }
        throw last == null ? new GeneralSecurityException("there is no key") : last;
    }

    /** Whether it was sealed with a key that seals no more. */
    boolean isSealedBefore(String purpose, byte[] sealed) {
        try {
            open(keys.getFirst(), purpose, sealed);
            return false;
        } catch (GeneralSecurityException other) {
            return true;
        }
    }

    private static byte[] open(SecretKeySpec key, String purpose, byte[] sealed) throws GeneralSecurityException {
        byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        return cipher(Cipher.DECRYPT_MODE, key, nonce, purpose)
                .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
    }

    private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce, String purpose)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
