package org.maintenancemanager.core.node;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.IssuedCertificate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * The manager's own certificate authority, for its nodes and for nobody else. Its key and certificate lie in one file, made
 * at the first start, outside of the database. It keeps no list of what it signed: a certificate is good as long as there
 * is a credential for it, so ending the credential ends it within a second.
 */
@Component
public class CertificateAuthority {
    /** What a node's certificate says of its subject, followed by the node's id (a URI among its alternative names). */
    public static final String URN = "urn:maintmgr:node:";

    private static final Duration LIFE_OF_AUTHORITY = Duration.ofDays(3650);
    private static final Duration LIFE_OF_SERVER = Duration.ofDays(397);
    /** Clocks of nodes may be behind by so much. */
    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    /** Until 2049, as RFC 5280 wants it (section 4.1.2.5). */
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final String SIGNATURE = "SHA256withECDSA";
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:]*");

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final List<X509Certificate> trusted;
    private final Duration lifeOfNode;

    CertificateAuthority(
            @Value("${manager.node-authority.directory:${user.home}/.local/share/maintenance-manager/node-authority}")
                    Path directory,
            @Value("${manager.node-authority.certificate-life:P30D}") Duration lifeOfNode) {
        if (lifeOfNode.compareTo(Duration.ofMinutes(10)) < 0 || lifeOfNode.compareTo(Duration.ofDays(397)) > 0) {
            throw new IllegalArgumentException(
                    "manager.node-authority.certificate-life is %s; allowed are PT10M to P397D".formatted(lifeOfNode));
        }
        this.lifeOfNode = lifeOfNode;
        Path file = directory.resolve("authority.pem");
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            Identity read = read(file);
            if (read.key == null || read.certificates.isEmpty()) {
                throw new IllegalStateException(
                        "expected a private key and its certificate (PEM, without a password) in " + file);
            }
            this.key = read.key;
            this.certificate = read.certificates.getFirst();
            this.trusted = trusted(directory, certificate);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the nodes' certificate authority %s can neither be read nor made; name another place in manager.node-authority.directory"
                            .formatted(file),
                    e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("the nodes' certificate authority %s cannot be used".formatted(file), e);
        }
    }

    /** A node's certificate: what it is stored by, and what the node gets. */
    record Made(byte[] sha256, Instant expiresAt, IssuedCertificate issued) {}

    /** @param credential becomes the serial number, by which the credential is found again */
    Made issue(UUID node, UUID credential, PublicKey publicKey, Instant now) {
        try {
            Instant end = now.plus(lifeOfNode).truncatedTo(ChronoUnit.SECONDS);
            var builder = new X509v3CertificateBuilder(
                    name(),
                    serial(credential),
                    time(now.minus(TOLERANCE)),
                    time(end),
                    new X500Name("CN=" + node),
                    info(publicKey));
            constrain(builder, publicKey, KeyPurposeId.id_kp_clientAuth);
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, URN + node)));
            X509Certificate made = signed(builder);
            int seconds = Math.toIntExact(lifeOfNode.toSeconds());
            return new Made(
                    sha256(made), end, new IssuedCertificate(pem(made), authorities(), seconds, seconds / 3 * 2));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("a certificate for node %s could not be made".formatted(node), e);
        }
    }

    /** Those that nodes are to trust, PEM, the present one first. */
    public String authorities() {
        StringBuilder all = new StringBuilder();
        trusted.forEach(one -> all.append(pem(one)));
        return all.toString();
    }

    /** A key store with all authorities, to trust clients by. */
    public KeyStore trustStore() {
        try {
            KeyStore store = emptyStore();
            for (int i = 0; i < trusted.size(); i++) {
                store.setCertificateEntry("authority-" + i, trusted.get(i));
            }
            return store;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A key store with a fresh key, and a certificate of this authority, for a server that nodes know by these names.
     *
     * @param names host names and addresses
     */
    public KeyStore serverStore(List<String> names, char[] password) {
        try {
            KeyPair pair = newKeys();
            Instant now = Instant.now();
            var builder = new X509v3CertificateBuilder(
                    name(),
                    new BigInteger(127, new SecureRandom()),
                    time(now.minus(TOLERANCE)),
                    time(now.plus(LIFE_OF_SERVER)),
                    new X500Name("CN=Maintenance Manager"),
                    info(pair.getPublic()));
            constrain(builder, pair.getPublic(), KeyPurposeId.id_kp_serverAuth);
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(names.stream()
                            .map(name -> new GeneralName(
                                    ADDRESS.matcher(name).matches() ? GeneralName.iPAddress : GeneralName.dNSName,
                                    name))
                            .toArray(GeneralName[]::new)));
            KeyStore store = emptyStore();
            store.setKeyEntry("server", pair.getPrivate(), password, new Certificate[] {signed(builder), certificate});
            return store;
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("a certificate for the server could not be made", e);
        }
    }

    /** The credential that a certificate was made for, whoever signed it; to be compared with its digest. */
    public static UUID credentialOf(X509Certificate certificate) {
        BigInteger serial = certificate.getSerialNumber();
        return new UUID(serial.shiftRight(64).longValue(), serial.longValue());
    }

    /** What a certificate's credential stores. */
    public static byte[] sha256(X509Certificate certificate) {
        try {
            return java.security.MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    // Version 7 ids begin with a time, so the first bit is 0 and the number is positive.
    private static BigInteger serial(UUID id) {
        return new BigInteger(
                1,
                ByteBuffer.allocate(16)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits())
                        .array());
    }

    private X500Name name() {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private static SubjectPublicKeyInfo info(PublicKey key) {
        return SubjectPublicKeyInfo.getInstance(key.getEncoded());
    }

    private static Time time(Instant instant) {
        return new Time(new DERUTCTime(UTC_TIME.format(instant)));
    }

    private void constrain(X509v3CertificateBuilder builder, PublicKey publicKey, KeyPurposeId purpose)
            throws GeneralSecurityException, IOException {
        var extensions = new JcaX509ExtensionUtils();
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(certificate));
        builder.addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(publicKey));
    }

    private X509Certificate signed(X509v3CertificateBuilder builder)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static void make(Path file) throws IOException, GeneralSecurityException, OperatorCreationException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        KeyPair pair = newKeys();
        Instant now = Instant.now();
        var name = new X500Name(
                "CN=Maintenance Manager nodes " + UUID.randomUUID().toString().substring(0, 8));
        var builder = new X509v3CertificateBuilder(
                name,
                new BigInteger(127, new SecureRandom()),
                time(now.minus(TOLERANCE)),
                time(now.plus(LIFE_OF_AUTHORITY)),
                name,
                info(pair.getPublic()));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
        X509CertificateHolder made = builder.build(new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate()));
        Path written = Files.createTempFile(
                directory,
                ".authority-",
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(
                    written,
                    pem(new PemObject("PRIVATE KEY", pair.getPrivate().getEncoded())) + pem(made),
                    StandardCharsets.US_ASCII);
            // Another replica may make one at this moment: the first name stays, and both read it.
            Files.createLink(file, written);
        } catch (FileAlreadyExistsException otherReplica) {
            return;
        } finally {
            Files.delete(written);
        }
    }

    private record Identity(@Nullable PrivateKey key, List<X509Certificate> certificates) {}

    private static Identity read(Path file) throws IOException, GeneralSecurityException {
        PrivateKey key = null;
        List<X509Certificate> certificates = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                switch (part) {
                    case PEMKeyPair pair -> key = new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                    case PrivateKeyInfo info -> key = new JcaPEMKeyConverter().getPrivateKey(info);
                    case X509CertificateHolder holder ->
                        certificates.add(new JcaX509CertificateConverter().getCertificate(holder));
                    default -> {
                        // Curve parameters, for example: nothing that is needed.
                    }
                }
            }
        } catch (PEMException e) {
            throw new IOException("%s is no PEM file without a password".formatted(file), e);
        }
        return new Identity(key, certificates);
    }

    /** The present one, and the former ones that a change of authority left in {@code former/*.pem}. */
    private static List<X509Certificate> trusted(Path directory, X509Certificate present)
            throws IOException, GeneralSecurityException {
        List<X509Certificate> all = new ArrayList<>(List.of(present));
        Path former = directory.resolve("former");
        if (Files.isDirectory(former)) {
            try (Stream<Path> files = Files.list(former)) {
                for (Path file : files.filter(one -> one.toString().endsWith(".pem"))
                        .sorted()
                        .toList()) {
                    all.addAll(read(file).certificates);
                }
            }
        }
        return List.copyOf(all);
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new IllegalStateException("an empty key store is read from nowhere", e);
        }
    }

    private static String pem(Object part) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
