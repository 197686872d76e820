package org.maintenancemanager.core.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.AuditKey;

/** The public keys whose checkpoints are believed: that of the manager, and those that it had before. */
public final class TrustedKeys {
    private static final Pattern BLANKS = Pattern.compile("\\s");

    private final Map<String, Entry> byId;
    private final @Nullable String signing;

    private TrustedKeys(Collection<Entry> keys, @Nullable String signing) {
        this.byId = new LinkedHashMap<>();
        keys.forEach(key -> byId.put(key.keyId(), key));
        this.signing = signing;
    }

    static TrustedKeys of(SigningKey key, List<Path> former) {
        List<Entry> keys = new java.util.ArrayList<>(List.of(key.published()));
        former.forEach(file -> keys.add(read(file)));
        return new TrustedKeys(keys, key.published().keyId());
    }

    /** @param files each with an Ed25519 key as PEM, public or private */
    public static TrustedKeys read(Collection<Path> files) {
        return new TrustedKeys(files.stream().map(TrustedKeys::read).toList(), null);
    }

    private static Entry read(Path file) {
        try {
            String text = Files.readString(file);
            return text.contains("PRIVATE KEY")
                    ? SigningKey.load(file).published()
                    : Entry.of(KeyFactory.getInstance("Ed25519")
                            .generatePublic(new X509EncodedKeySpec(pem(text, "PUBLIC KEY"))));
        } catch (IOException e) {
            throw new UncheckedIOException("the key %s cannot be read".formatted(file), e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "expected an Ed25519 key (X.509 or PKCS#8 as PEM) in %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Those that are trusted; the one that signs first. */
    public List<AuditKey> published() {
        return byId.values().stream()
                .map(key -> new AuditKey(
                        key.keyId(),
                        toPem(key.key().getEncoded(), "PUBLIC KEY"),
                        key.keyId().equals(signing)))
                .toList();
    }

    /** What is wrong with a checkpoint's signature; null if nothing is. */
    @Nullable
    String objection(AuditCheckpoint checkpoint) {
        Entry key = byId.get(checkpoint.keyId());
        if (key == null) {
            return "The checkpoint at %d is signed with the key %s, which is not trusted here."
                    .formatted(checkpoint.seq(), checkpoint.keyId());
        }
        try {
            byte[] signature = Base64.getDecoder().decode(checkpoint.signature());
            return verifies(key.key(), ChainHash.signedBytes(checkpoint), signature)
                    ? null
                    : "The signature of the checkpoint at %d is wrong.".formatted(checkpoint.seq());
        } catch (IllegalArgumentException unreadable) {
            return "The checkpoint at %d holds no signature or no hash.".formatted(checkpoint.seq());
        }
    }

    static boolean verifies(PublicKey key, byte[] bytes, byte[] sign) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(bytes);
            return signature.verify(sign);
        } catch (SignatureException malformed) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a signature could not be checked", e);
        }
    }

    static byte[] pem(String text, String kind) {
        Matcher block = Pattern.compile("-----BEGIN %1$s-----(.+?)-----END %1$s-----".formatted(kind), Pattern.DOTALL)
                .matcher(text);
        if (!block.find()) {
            throw new IllegalArgumentException("found no block '-----BEGIN %s-----'".formatted(kind));
        }
        return Base64.getDecoder().decode(BLANKS.matcher(block.group(1)).replaceAll(""));
    }

    static String toPem(byte[] encoded, String kind) {
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
                .formatted(
                        kind,
                        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(encoded));
    }

    /** @param keyId SHA-256 of the key's X.509 encoding, in hex */
    record Entry(String keyId, PublicKey key) {
        static Entry of(PublicKey key) {
            return new Entry(HexFormat.of().formatHex(ChainHash.sha256().digest(key.getEncoded())), key);
        }
    }
}
