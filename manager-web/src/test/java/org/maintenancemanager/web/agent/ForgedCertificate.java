package org.maintenancemanager.web.agent;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.NullMarked;

/** A certificate as the manager makes them, but signed by its own subject. */
@NullMarked
final class ForgedCertificate {
    private ForgedCertificate() {}

    static X509Certificate of(UUID node, UUID credential, KeyPair keys) throws Exception {
        BigInteger serial = new BigInteger(credential.toString().replace("-", ""), 16);
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=Maintenance Manager nodes"),
                serial,
                Date.from(now.minus(Duration.ofHours(1))),
                Date.from(now.plus(Duration.ofDays(1))),
                new X500Name("CN=" + node),
                keys.getPublic());
        var made = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        return new JcaX509CertificateConverter().getCertificate(made);
    }
}
