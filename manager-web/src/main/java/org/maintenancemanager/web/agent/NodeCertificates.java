package org.maintenancemanager.web.agent;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** The certificate that a node showed. */
public final class NodeCertificates {
    private NodeCertificates() {}

    /** Of the TLS connection, which the container puts here; no header can. Null if there is none. */
    public static @Nullable X509Certificate of(HttpServletRequest request) {
        return request.isSecure()
                        && request.getAttribute("jakarta.servlet.request.X509Certificate")
                                instanceof X509Certificate[] chain
                        && chain.length > 0
                ? chain[0]
                : null;
    }
}
