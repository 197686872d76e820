package org.maintenancemanager.web.ddi;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.access.Network;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.NodeDirectory;
import org.maintenancemanager.web.ManagerSettings;
import org.maintenancemanager.web.agent.NodeCertificates;
import org.springframework.stereotype.Component;

/**
 * Knows device API clients by a certificate: one of the manager's own authority, which the connection proved; or one that a
 * configured proxy has checked, by what it says in its headers.
 */
@Component
class DdiCertificates {
    private static final int MOST_ISSUERS = 10;

    private final NodeDirectory nodes;
    private final ManagerSettings.CertificateProxy proxy;
    private final List<Network> networks;
    private final List<String> issuerHeaders;

    DdiCertificates(NodeDirectory nodes, ManagerSettings settings) {
        this.nodes = nodes;
        this.proxy = settings.ddi().certificateProxy();
        this.networks = proxy.addresses().stream()
                .flatMap(address -> Network.parse(address).stream())
                .toList();
        this.issuerHeaders = java.util.stream.IntStream.rangeClosed(1, MOST_ISSUERS)
                .mapToObj(number -> proxy.issuerHashHeader().replace("%d", String.valueOf(number)))
                .distinct()
                .toList();
    }

    /** The node with this controller id, if the call has a certificate of it. */
    Optional<KnownNode> authenticate(DdiPath path, HttpServletRequest request) {
        X509Certificate own = NodeCertificates.of(request);
        if (own != null) {
            Optional<KnownNode> node = nodes.authenticateController(path.tenant(), path.controllerId(), own);
            if (node.isPresent()) {
                return node;
            }
        }
        return isVouchedFor(path, request)
                ? nodes.findController(path.tenant(), path.controllerId())
                : Optional.empty();
    }

    private boolean isVouchedFor(DdiPath path, HttpServletRequest request) {
        if (networks.isEmpty()) {
            return false;
        }
        // Of the connection itself: where the request says that it came from counts for nothing.
        String peer = request.getRemoteAddr();
        return path.controllerId().equals(request.getHeader(proxy.commonNameHeader()))
                && networks.stream().anyMatch(network -> network.contains(peer))
                && isOfAnAuthority(path.tenant(), request);
    }

    private boolean isOfAnAuthority(String tenant, HttpServletRequest request) {
        List<String> believed = proxy.authorities().getOrDefault(tenant, List.of());
        return issuerHeaders.stream()
                .map(request::getHeader)
                .anyMatch(hash -> hash != null && believed.stream().anyMatch(one -> same(one, hash)));
    }

    private static boolean same(@Nullable String one, String other) {
        return one != null
                && one.strip().toLowerCase(Locale.ROOT).equals(other.strip().toLowerCase(Locale.ROOT));
    }
}
