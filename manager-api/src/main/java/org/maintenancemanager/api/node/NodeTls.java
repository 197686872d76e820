package org.maintenancemanager.api.node;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.maintenancemanager.api.node.NodeMessages.IssuedCertificate;

/** What a node needs to be known by a certificate, with nothing but the JDK. */
public final class NodeTls {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int ATTRIBUTES = 0xa0;

    /** 1.3.101.112 */
    private static final byte[] ED25519 = {0x06, 0x03, 0x2b, 0x65, 0x70};
    /** 1.2.840.10045.4.3.2 */
    private static final byte[] ECDSA_WITH_SHA256 = {
        0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
    };

    private NodeTls() {}

    /**
     * A certificate request (PKCS#10, PEM) for an Ed25519 or P-256 key. It names nobody: the manager knows who asks.
     *
     * @throws GeneralSecurityException if the key is of another kind
     */
    public static String certificateRequest(KeyPair keys) throws GeneralSecurityException {
        byte[] information = der(
                SEQUENCE,
                der(INTEGER, new byte[] {0}),
                der(SEQUENCE),
                keys.getPublic().getEncoded(),
                der(ATTRIBUTES));
        byte[] signature = sign(keys.getPrivate(), information);
        byte[] bits = new byte[signature.length + 1];
        System.arraycopy(signature, 0, bits, 1, signature.length);
        byte[] algorithm = der(SEQUENCE, isEdwards(keys.getPrivate()) ? ED25519 : ECDSA_WITH_SHA256);
        return pem("CERTIFICATE REQUEST", der(SEQUENCE, information, algorithm, der(BIT_STRING, bits)));
    }

    /** The key proof of an enrollment with a bare public key, see {@link NodeMessages.EnrollRequest#proofText}. */
    public static String keyProof(PrivateKey key, String enrollmentToken) throws GeneralSecurityException {
        byte[] text = NodeMessages.EnrollRequest.proofText(enrollmentToken).getBytes(StandardCharsets.US_ASCII);
        return Base64.getEncoder().encodeToString(sign(key, text));
    }

    /**
     * For an {@link java.net.http.HttpClient}: presents the certificate and believes a manager whose certificate one of
     * its authorities signed.
     */
    public static SSLContext context(PrivateKey key, IssuedCertificate issued) throws GeneralSecurityException {
        List<Certificate> authorities = certificates(issued.authorities());
        List<Certificate> chain = new ArrayList<>(certificates(issued.certificate()));
        chain.addAll(authorities);
        // The store never leaves memory.
        char[] password = {};
        KeyStore identity = empty();
        identity.setKeyEntry("node", key, password, chain.toArray(Certificate[]::new));
        var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(identity, password);
        var context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trust(authorities).getTrustManagers(), null);
        return context;
    }

    private static TrustManagerFactory trust(List<Certificate> authorities) throws GeneralSecurityException {
        KeyStore trusted = empty();
        for (int i = 0; i < authorities.size(); i++) {
            trusted.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust;
    }

    private static KeyStore empty() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new IllegalStateException("an empty key store is read from nowhere", e);
        }
    }

    private static List<Certificate> certificates(String pem) throws GeneralSecurityException {
        Collection<? extends Certificate> read = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        return List.copyOf(read);
    }

    private static boolean isEdwards(PrivateKey key) {
        return key.getAlgorithm().startsWith("Ed");
    }

    private static byte[] sign(PrivateKey key, byte[] bytes) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(isEdwards(key) ? "Ed25519" : "SHA256withECDSA");
        signature.initSign(key);
        signature.update(bytes);
        return signature.sign();
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), label)
                .replace("\r", "");
    }

    /** One element (X.690): tag, length, contents one after the other. */
    private static byte[] der(int tag, byte[]... contents) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : contents) {
            content.writeBytes(part);
        }
        var element = new ByteArrayOutputStream();
        element.write(tag);
        int length = content.size();
        if (length < 0x80) {
            element.write(length);
        } else if (length < 0x100) {
            element.write(0x81);
            element.write(length);
        } else {
            element.write(0x82);
            element.write(length >> 8);
            element.write(length);
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
