package org.maintenancemanager.web;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.access.Network;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings named {@code manager.*} that the edge reads.
 *
 * @param bootstrapToken the first API token, registered at each start, with the scopes read and write: either
 *     {@code mmat_<32 hex digits>.<43 base64url characters>}, or 32 to 200 printable ASCII characters without a blank.
 *     Absent, and no usable API token in the database: one is made and printed once, on the console
 * @param nodeApi limits of the node API
 * @param nodeTls the listener where nodes are known by certificate
 * @param ddi the hawkBit device API
 * @param metrics how many label values the metrics may have
 */
@ConfigurationProperties("manager")
public record ManagerSettings(
        @Nullable String bootstrapToken,
        @DefaultValue NodeApi nodeApi,
        @DefaultValue NodeTls nodeTls,
        @DefaultValue Ddi ddi,
        @DefaultValue Metrics metrics) {
    /**
     * @param pollsPerSecond polls that one node may make per second for long; 0: no limit
     * @param pollBurst polls that one node may make at once after a silence
     * @param nodesRemembered nodes whose polls are counted at the same time; about 100 bytes each. A node beyond is
     *     counted anew, so it is never refused by mistake
     */
    public record NodeApi(
            @DefaultValue("5") int pollsPerSecond,
            @DefaultValue("20") int pollBurst,
            @DefaultValue("200000") int nodesRemembered) {
        public NodeApi {
            if (pollsPerSecond < 0 || pollBurst < 1 || nodesRemembered < 1) {
                throw new IllegalArgumentException(
                        "manager.node-api: polls-per-second must be 0 or more, poll-burst and nodes-remembered 1 or more");
            }
        }
    }

    /**
     * @param port of a further HTTP listener with TLS; 0: a free one; absent: none
     * @param names host names and addresses that nodes know the manager by, for the certificate of its own authority
     * @param bundle an SSL bundle (spring.ssl.bundle.*) with the server's certificate, instead of one of its own authority
     */
    public record NodeTls(
            @Nullable Integer port,
            @DefaultValue({"localhost", "127.0.0.1"}) List<String> names,
            @Nullable String bundle) {
        public NodeTls {
            names = List.copyOf(names);
            if (port != null && (port < 0 || port > 65535)) {
                throw new IllegalArgumentException(
                        "manager.node-tls.port is %d; allowed are 0 to 65535".formatted(port));
            }
            if (names.isEmpty()) {
                throw new IllegalArgumentException("manager.node-tls.names is empty; name the host at least");
            }
        }
    }

    /**
     * @param publicUrl how device API clients reach the manager, as {@code https://updates.example.com}, for the
     *     addresses in its answers; absent: as the request came, which is wrong behind a proxy that ends TLS
     * @param certificateProxy whose word on a client's certificate is taken
     */
    public record Ddi(
            @Nullable String publicUrl, @DefaultValue CertificateProxy certificateProxy) {
        public Ddi {
            if (publicUrl != null && !publicUrl.matches("https?://[^/?#\\s]+")) {
                throw new IllegalArgumentException(
                        "manager.ddi.public-url must be http:// or https:// and a host, with nothing behind it");
            }
        }
    }

    /**
     * A proxy that ends TLS, asks device API clients for their certificates, checks them, and says in headers whose they
     * were. It must take these headers away from what it passes on.
     *
     * @param addresses networks, as {@code 10.0.0.0/24}, from whose addresses the headers are believed; none: from nowhere
     * @param commonNameHeader with the common name of the certificate, which is the controller's id
     * @param issuerHashHeader with a hash of an issuer of the certificate, however the proxy makes it; {@code %d} is 1 to 10
     * @param authorities hashes of the issuers that are believed for a tenant, by the tenant's name in small letters
     */
    public record CertificateProxy(
            @DefaultValue List<String> addresses,
            @DefaultValue("X-Ssl-Client-Cn") String commonNameHeader,
            @DefaultValue("X-Ssl-Issuer-Hash-%d") String issuerHashHeader,
            @DefaultValue Map<String, List<String>> authorities) {
        public CertificateProxy {
            addresses = List.copyOf(addresses);
            authorities = Map.copyOf(authorities);
            for (String address : addresses) {
                if (Network.parse(address).isEmpty()) {
                    throw new IllegalArgumentException(
                            "manager.ddi.certificate-proxy.addresses: '%s' is no network such as 10.0.0.0/24"
                                    .formatted(address));
                }
            }
        }
    }

    /**
     * @param tenants tenants that the metrics tell apart; those beyond are counted together as {@code other}
     * @param campaigns campaigns that the metrics tell apart; likewise
     */
    public record Metrics(
            @DefaultValue("20") int tenants,
            @DefaultValue("50") int campaigns) {}

    /** Shows no secret. */
    @Override
    public String toString() {
        return "ManagerSettings[nodeApi=%s, metrics=%s]".formatted(nodeApi, metrics);
    }
}
