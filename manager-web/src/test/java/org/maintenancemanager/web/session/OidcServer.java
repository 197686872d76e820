package org.maintenancemanager.web.session;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configuration.OAuth2AuthorizationServerConfiguration;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.SecurityContextHolderFilter;

/**
 * A real OpenID provider on a free port of 127.0.0.1: Spring's authorization server. Whoever sends the header
 * {@code X-Test-User} is logged in there, in the group of that name; as {@code name/mfa} with these methods, as
 * {@code name/acr=gold} in that class.
 */
@NullMarked
@EnableWebSecurity
class OidcServer {
    static final String USER = "X-Test-User";

    /** Starts one; the caller closes it. */
    static AnnotationConfigServletWebServerApplicationContext start() {
        return new AnnotationConfigServletWebServerApplicationContext(OidcServer.class);
    }

    static String issuer(AnnotationConfigServletWebServerApplicationContext server) {
        var web = server.getWebServer();
        if (web == null) {
            throw new IllegalStateException("expected the provider to serve");
        }
        return "http://127.0.0.1:" + web.getPort();
    }

    @Bean
    TomcatServletWebServerFactory tomcat() {
        var tomcat = new TomcatServletWebServerFactory(0);
        // Without any servlet, Tomcat answers 404 before the filters.
        tomcat.setRegisterDefaultServlet(true);
        return tomcat;
    }

    @Bean
    FilterRegistrationBean<Filter> security(Filter springSecurityFilterChain) {
        return new FilterRegistrationBean<>(springSecurityFilterChain);
    }

    @Bean
    SecurityFilterChain chain(HttpSecurity http) {
        return http.oauth2AuthorizationServer(server -> server.oidc(Customizer.withDefaults()))
                .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .addFilterAfter(
                        (request, response, rest) -> {
                            String user = ((HttpServletRequest) request).getHeader(USER);
                            if (user != null) {
                                SecurityContextHolder.getContext()
                                        .setAuthentication(UsernamePasswordAuthenticationToken.authenticated(
                                                user,
                                                "",
                                                List.of(FactorGrantedAuthority.fromAuthority(
                                                        FactorGrantedAuthority.PASSWORD_AUTHORITY))));
                            }
                            rest.doFilter(request, response);
                        },
                        SecurityContextHolderFilter.class)
                .build();
    }

    @Bean
    AuthorizationServerSettings settings() {
        return AuthorizationServerSettings.builder().build();
    }

    @Bean
    JwtDecoder decoder(JWKSource<SecurityContext> keys) {
        return OAuth2AuthorizationServerConfiguration.jwtDecoder(keys);
    }

    @Bean
    RegisteredClientRepository clients() {
        return new InMemoryRegisteredClientRepository(
                RegisteredClient.withId("1")
                        .clientId("manager")
                        .clientSecret("{noop}of the manager")
                        .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                        .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                        // Of loopback addresses, any port will do (RFC 8252, section 7.3).
                        .redirectUri("http://127.0.0.1/console/oidc/callback/test")
                        .scope("openid")
                        .scope("profile")
                        .clientSettings(
                                ClientSettings.builder().requireProofKey(true).build())
                        .build(),
                robot("robot", Duration.ofMinutes(5)),
                robot("stranger", Duration.ofMinutes(5)));
    }

    private static RegisteredClient robot(String name, Duration life) {
        return RegisteredClient.withId(name)
                .clientId(name)
                .clientSecret("{noop}of the " + name)
                .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                .tokenSettings(
                        TokenSettings.builder().accessTokenTimeToLive(life).build())
                .build();
    }

    @Bean
    OAuth2TokenCustomizer<JwtEncodingContext> claims() {
        return token -> {
            Authentication principal = token.getPrincipal();
            String[] parts = requireNonNull(principal).getName().split("/", 2);
            String who = parts[0];
            token.getClaims().subject(who);
            if (parts.length == 2 && parts[1].startsWith("acr=")) {
                token.getClaims().claim("acr", parts[1].substring("acr=".length()));
            } else if (parts.length == 2) {
                token.getClaims().claim("amr", List.of(parts[1].split("/")));
            }
            token.getClaims().claim("groups", List.of(who + "s"));
            token.getClaims().claim("preferred_username", who);
            if (token.getTokenType().getValue().equals("access_token")) {
                token.getClaims().audience(List.of(who.equals("stranger") ? "another" : "maintenance-manager"));
            }
        };
    }

    @Bean
    JWKSource<SecurityContext> keys() throws NoSuchAlgorithmException {
        KeyPair pair = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        return new ImmutableJWKSet<>(new JWKSet(new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                .privateKey(pair.getPrivate())
                .keyID(UUID.randomUUID().toString())
                .build()));
    }
}
