package org.maintenancemanager.web.emf;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens of an identity provider of the test's own, found by discovery over a real socket. */
class EmfTokensTest {
    private static final UUID HOST = UUID.randomUUID();
    private static final UUID PROJECT = UUID.randomUUID();

    private HttpServer provider;
    private String issuer;
    private RSAKey key;
    private EmfTokens tokens;

    @BeforeEach
    void start() throws IOException, JOSEException {
        key = new RSAKeyGenerator(2048).keyID("1").generate();
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer = "http://127.0.0.1:" + provider.getAddress().getPort();
        serve("/.well-known/openid-configuration", """
                {"issuer": "%1$s", "jwks_uri": "%1$s/keys", "subject_types_supported": ["public"]}
                """.formatted(issuer));
        serve("/keys", new JWKSet(key.toPublicJWK()).toString());
        provider.start();
        tokens = new EmfTokens(new EmfSettings(issuer, Map.of(PROJECT.toString(), "factory")));
    }

    private void serve(String path, String json) {
        provider.createContext(path, exchange -> {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    @AfterEach
    void stop() {
        provider.stop(0);
    }

    private String token(JWTClaimsSet claims, RSAKey by) throws JOSEException {
        var jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("1").build(), claims);
        jwt.sign(new RSASSASigner(by));
        return jwt.serialize();
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .subject("agent")
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .claim("azp", "edgenode-" + HOST.toString().toUpperCase(Locale.ROOT))
                .claim("realm_access", Map.of("roles", List.of("default", PROJECT + "_en-agent-rw")));
    }

    @Test
    void agentIsReadFromItsToken() throws JOSEException {
        String token = token(claims().build(), key);

        assertThat(tokens.read(token)).contains(new EmfTokens.Agent("factory", HOST));
        assertThat(tokens.read(token)).as("and again, from memory").contains(new EmfTokens.Agent("factory", HOST));
    }

    @Test
    void clientIdIsAsGoodAsAzpAndAProjectThatIsNotListedIsATenantsId() throws JOSEException {
        UUID other = UUID.randomUUID();
        String token = token(
                claims().claim("azp", null)
                        .claim("client_id", "edgenode-" + HOST)
                        .claim("realm_access", Map.of("roles", List.of(other + "_en-agent-rw")))
                        .build(),
                key);

        assertThat(tokens.read(token)).contains(new EmfTokens.Agent(other.toString(), HOST));
    }

    @Test
    void whateverIsWrongIsNobody() throws JOSEException {
        RSAKey stranger = new RSAKeyGenerator(2048).keyID("1").generate();
        assertThat(tokens.read(token(claims().build(), stranger))).isEmpty();
        assertThat(tokens.read(token(
                        claims().expirationTime(Date.from(Instant.now().minusSeconds(600)))
                                .build(),
                        key)))
                .isEmpty();
        assertThat(tokens.read(token(claims().issuer("http://elsewhere").build(), key)))
                .isEmpty();
        assertThat(tokens.read(token(claims().claim("azp", "somebody").build(), key)))
                .isEmpty();
        assertThat(tokens.read(token(
                        claims().claim("realm_access", Map.of("roles", List.of(PROJECT + "_admin")))
                                .build(),
                        key)))
                .isEmpty();
        assertThat(tokens.read(token(
                        claims().claim(
                                        "realm_access",
                                        Map.of(
                                                "roles",
                                                List.of(PROJECT + "_en-agent-rw", UUID.randomUUID() + "_en-agent-rw")))
                                .build(),
                        key)))
                .as("a token for two projects")
                .isEmpty();
        assertThat(tokens.read("nonsense")).isEmpty();
        assertThat(new EmfTokens(new EmfSettings(null, Map.of())).read(token(claims().build(), key)))
                .isEmpty();
    }
}
