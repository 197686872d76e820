package org.maintenancemanager.web.agent;

import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslManagerBundle;

/**
 * Presents a bundle's certificate as it is now. Spring's gRPC server reads its bundle once, when it starts; Tomcat looks
 * again by itself. A handshake that began with the keys before ends with them.
 */
final class ReloadedKeys extends X509ExtendedKeyManager {
    /** @param number stands before its aliases, so that a handshake finds the keys that it began with */
    private record Generation(int number, X509ExtendedKeyManager keys) {
        @Nullable
        String named(@Nullable String alias) {
            return alias == null ? null : number + ":" + alias;
        }
    }

    /** The present one, then the one before. */
    private volatile List<Generation> generations = List.of();

    private ReloadedKeys(SslBundle first) {
        use(first);
    }

    /** From now on, whoever reads this bundle once gets keys that follow its changes. */
    static void follow(DefaultSslBundleRegistry bundles, String name) {
        SslBundle bundle = bundles.getBundle(name);
        var keys = new ReloadedKeys(bundle);
        TrustManagerFactory trust = bundle.getManagers().getTrustManagerFactory();
        bundles.updateBundle(
                name,
                SslBundle.of(
                        bundle.getStores(),
                        bundle.getKey(),
                        bundle.getOptions(),
                        bundle.getProtocol(),
                        SslManagerBundle.of(keys.factory(), trust)));
        bundles.addBundleUpdateHandler(name, keys::use);
    }

    private synchronized void use(SslBundle bundle) {
        X509ExtendedKeyManager fresh = Arrays.stream(bundle.getManagers().getKeyManagers())
                .filter(X509ExtendedKeyManager.class::isInstance)
                .map(X509ExtendedKeyManager.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("expected a key in the SSL bundle, found none"));
        generations = generations.isEmpty()
                ? List.of(new Generation(1, fresh))
                : List.of(new Generation(generations.getFirst().number() + 1, fresh), generations.getFirst());
    }

    private KeyManagerFactory factory() {
        var spi = new KeyManagerFactorySpi() {
            @Override
            protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

            @Override
            protected void engineInit(ManagerFactoryParameters parameters) {}

            @Override
            protected KeyManager[] engineGetKeyManagers() {
                return new KeyManager[] {ReloadedKeys.this};
            }
        };
        var provider = new Provider("reloaded-keys", "1", "Keys that follow their SSL bundle") {
            private static final long serialVersionUID = 1;
        };
        return new KeyManagerFactory(spi, provider, "reloaded") {};
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        Generation now = generations.getFirst();
        return now.named(now.keys().chooseEngineServerAlias(type, issuers, engine));
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        Generation now = generations.getFirst();
        return now.named(now.keys().chooseServerAlias(type, issuers, socket));
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        for (Generation generation : generations) {
            if (alias.startsWith(generation.number() + ":")) {
                return generation.keys().getCertificateChain(plain(alias));
            }
        }
        return null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        for (Generation generation : generations) {
            if (alias.startsWith(generation.number() + ":")) {
                return generation.keys().getPrivateKey(plain(alias));
            }
        }
        return null;
    }

    private static String plain(String alias) {
        return alias.substring(alias.indexOf(':') + 1);
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
        Generation now = generations.getFirst();
        String[] aliases = now.keys().getServerAliases(type, issuers);
        return aliases == null ? null : Arrays.stream(aliases).map(now::named).toArray(String[]::new);
    }

    /** It is for servers. */
    @Override
    public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
