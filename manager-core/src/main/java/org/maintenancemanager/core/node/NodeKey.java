package org.maintenancemanager.core.node;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The public key that a node is known by: Ed25519 or P-256.
 *
 * @param pem one form for one key, however it was written when it came
 */
record NodeKey(String pem) {
    private static final Pattern PEM =
            Pattern.compile("\\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----\\s*");
    private static final int P256_BITS = 256;
    private static final int ENCODED_P256_BYTES = 91;

    /** Reads a PEM block (RFC 7468); empty if it is no key of these kinds. */
    static Optional<NodeKey> parse(String text) {
        Matcher block = PEM.matcher(text);
        if (!block.matches()) {
            return Optional.empty();
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
            var specification = new X509EncodedKeySpec(encoded);
            PublicKey key = encoded.length >= ENCODED_P256_BYTES
                    ? KeyFactory.getInstance("EC").generatePublic(specification)
                    : KeyFactory.getInstance("Ed25519").generatePublic(specification);
            return isAllowed(key) ? Optional.of(new NodeKey(pem(key.getEncoded()))) : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException notAKey) {
            return Optional.empty();
        }
    }

    private static boolean isAllowed(PublicKey key) {
        return !(key instanceof ECPublicKey curve)
                // The name, since other curves have 256 bits too.
                || curve.getParams().getOrder().bitLength() == P256_BITS
                        && curve.getParams().toString().startsWith("secp256r1");
    }

    private static String pem(byte[] encoded) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                + "\n-----END PUBLIC KEY-----\n";
    }
}
