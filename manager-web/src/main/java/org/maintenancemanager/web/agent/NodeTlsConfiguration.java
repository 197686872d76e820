package org.maintenancemanager.web.agent;

import java.util.UUID;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.maintenancemanager.core.node.CertificateAuthority;
import org.maintenancemanager.web.ManagerSettings;
import org.maintenancemanager.web.security.ImpatientHttp11;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * TLS for nodes. The bundle {@value #BUNDLE} has a server certificate of the manager's own authority and trusts the
 * certificates of nodes; {@code manager.node-tls.port} opens a further HTTP listener with it, and
 * {@code spring.grpc.server.ssl.bundle} and {@code server.ssl.bundle} may name it too. A client certificate is asked for
 * and not demanded: nodes with tokens come by TLS as well.
 */
@Configuration(proxyBeanMethods = false)
class NodeTlsConfiguration {
    static final String BUNDLE = "manager-nodes";

    @Bean
    SslBundleRegistrar nodeBundle(CertificateAuthority authority, ManagerSettings settings) {
        return registry -> registry.registerBundle(BUNDLE, bundle(authority, settings));
    }

    @Bean
    NodeListener nodeListener(
            ObjectProvider<DefaultSslBundleRegistry> bundles,
            CertificateAuthority authority,
            ManagerSettings settings) {
        return new NodeListener(bundles, authority, settings);
    }

    /** Lets gRPC follow its bundle's changes, as HTTP does. */
    @Bean
    static BeanPostProcessor grpcFollowsItsBundle(Environment environment) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                String bundle = environment.getProperty("spring.grpc.server.ssl.bundle");
                if (bundle != null && bean instanceof DefaultSslBundleRegistry bundles) {
                    ReloadedKeys.follow(bundles, bundle);
                }
                return bean;
            }
        };
    }

    private static SslBundle bundle(CertificateAuthority authority, ManagerSettings settings) {
        // Of stores that never leave memory.
        String password = UUID.randomUUID().toString();
        return SslBundle.of(SslStoreBundle.of(
                authority.serverStore(settings.nodeTls().names(), password.toCharArray()),
                password,
                authority.trustStore()));
    }

    /** The further listener, if a port is set. */
    static final class NodeListener implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
        private final ObjectProvider<DefaultSslBundleRegistry> bundles;
        private final CertificateAuthority authority;
        private final ManagerSettings all;
        private final ManagerSettings.NodeTls settings;
        private final Connector connector = new Connector(ImpatientHttp11.class.getName());

        NodeListener(
                ObjectProvider<DefaultSslBundleRegistry> bundles,
                CertificateAuthority authority,
                ManagerSettings settings) {
            this.bundles = bundles;
            this.authority = authority;
            this.all = settings;
            this.settings = settings.nodeTls();
        }

        @Override
        public void customize(TomcatServletWebServerFactory factory) {
            if (settings.port() == null) {
                return;
            }
            connector.setPort(settings.port());
            connector.setScheme("https");
            connector.setSecure(true);
            connector.setProperty("SSLEnabled", "true");
            if (factory.getAddress() != null) {
                connector.setProperty("address", factory.getAddress().getHostAddress());
            }
            // As the other listener, see application.yml.
            connector.setProperty("connectionTimeout", "10000");
            connector.setProperty("keepAliveTimeout", "30000");
            connector.setProperty("maxKeepAliveRequests", "-1");
            connector.setProperty("maxConnections", "20000");
            connector.setProperty("maxHttpRequestHeaderSize", "8192");
            connector.setProperty("maxSwallowSize", "1048576");
            connector.setMaxParameterCount(100);
            connector.setMaxPostSize(64 * 1024);
            connector.setXpoweredBy(false);
            connector.setAllowTrace(false);
            if (connector.getProtocolHandler() instanceof Http11NioProtocol protocol) {
                protocol.setExecutor(new VirtualThreadExecutor("node-tls-"));
            }
            connector.addSslHostConfig(hostConfig());
            bundles.getObject().addBundleUpdateHandler(bundleName(), changed -> present());
            factory.addAdditionalConnectors(connector);
        }

        /** Where it listens; -1 if it does not. */
        int port() {
            return settings.port() == null ? -1 : connector.getLocalPort();
        }

        /** Once a week, so that the server's certificate does not grow old, wherever it is presented. */
        @Scheduled(initialDelayString = "P7D", fixedDelayString = "P7D")
        void renew() {
            bundles.getObject().updateBundle(BUNDLE, NodeTlsConfiguration.bundle(authority, all));
        }

        private void present() {
            if (connector.getProtocolHandler() instanceof Http11NioProtocol protocol) {
                protocol.addSslHostConfig(hostConfig(), true);
            }
        }

        private String bundleName() {
            String named = settings.bundle();
            return named == null ? BUNDLE : named;
        }

        private SSLHostConfig hostConfig() {
            SslBundle bundle = bundles.getObject().getBundle(bundleName());
            var config = new SSLHostConfig();
            config.setProtocols("TLSv1.2+TLSv1.3");
            config.setCertificateVerification("optional");
            // Nodes are believed by the manager's own authority, whoever signed the server's certificate.
            config.setTrustStore(authority.trustStore());
            var certificate = new SSLHostConfigCertificate(config, SSLHostConfigCertificate.Type.UNDEFINED);
            certificate.setCertificateKeystore(bundle.getStores().getKeyStore());
            String password = bundle.getStores().getKeyStorePassword();
            certificate.setCertificateKeystorePassword(password == null ? "" : password);
            String keyPassword = bundle.getKey().getPassword();
            certificate.setCertificateKeyPassword(keyPassword == null ? password : keyPassword);
            String alias = bundle.getKey().getAlias();
            if (alias != null) {
                certificate.setCertificateKeyAlias(alias);
            }
            config.addCertificate(certificate);
            return config;
        }
    }
}
