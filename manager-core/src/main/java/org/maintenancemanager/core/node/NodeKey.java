package org.maintenancemanager.core.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/**
 * The public key that a node is known by: Ed25519 or P-256.
 *
 * @param pem one form for one key, however it was written when it came
 */
record NodeKey(String pem, PublicKey key) {
    private static final Pattern PEM =
            Pattern.compile("\\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----\\s*");
    private static final Pattern REQUEST = Pattern.compile("\\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----"
            + "([A-Za-z0-9+/=\\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----\\s*");
    private static final String ED25519 = "1.3.101.112";
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
            return isAllowed(key) ? Optional.of(of(key)) : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException notAKey) {
            return Optional.empty();
        }
    }

    private static NodeKey of(PublicKey key) {
        return new NodeKey(pem(key.getEncoded()), key);
    }

    /**
     * The key of a certificate request (PKCS#10, PEM) that was signed with its private key; empty if it is none, or of
     * another kind. What else it wants, as a name, counts for nothing.
     */
    static Optional<NodeKey> ofRequest(String text) {
        Matcher block = REQUEST.matcher(text);
        if (!block.matches()) {
            return Optional.empty();
        }
        try {
            var request = new PKCS10CertificationRequest(Base64.getMimeDecoder().decode(block.group(1)));
            PublicKey key = KeyFactory.getInstance(isEdwards(request) ? "Ed25519" : "EC")
                    .generatePublic(new X509EncodedKeySpec(
                            request.getSubjectPublicKeyInfo().getEncoded()));
            return isAllowed(key) && request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))
                    ? Optional.of(of(key))
                    : Optional.empty();
        } catch (GeneralSecurityException
                | IOException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException
                | IllegalStateException notARequest) {
            return Optional.empty();
        }
    }

    private static boolean isEdwards(PKCS10CertificationRequest request) {
        return ED25519.equals(
                request.getSubjectPublicKeyInfo().getAlgorithm().getAlgorithm().getId());
    }

    /** Whether this is the key's signature over the text: Ed25519, or ECDSA with SHA-256. */
    boolean signed(String text, String base64) {
        try {
            Signature signature =
                    Signature.getInstance(key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "Ed25519");
            signature.initVerify(key);
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return signature.verify(Base64.getDecoder().decode(base64));
        } catch (GeneralSecurityException | IllegalArgumentException notASignature) {
            return false;
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
