package org.maintenancemanager.web.security;

import jakarta.servlet.Filter;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.access.LogIns;
import org.maintenancemanager.core.access.LogIns.Outcome;
import org.maintenancemanager.core.access.SecretBox;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.web.ops.RequestIds;
import org.maintenancemanager.web.security.OidcSettings.Provider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.authentication.session.NullAuthenticatedSessionStrategy;
import org.springframework.security.web.context.NullSecurityContextRepository;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Logging in at an OpenID provider: authorization code with PKCE, state and nonce. What the manager has to remember meanwhile
 * travels in a sealed cookie, so any replica can take the answer. The tokens of the provider are not kept.
 */
@Component
class OidcLogIn {
    static final String START = "/console/oidc";

    private static final Logger log = LoggerFactory.getLogger(OidcLogIn.class);
    private static final String HOME = "/console/";
    private static final String FAILED = "/console/?login=failed";
    private static final String SECOND_FACTOR_MISSING = "/console/?login=second-factor";

    private final OidcProviders providers;
    private final LogIns logIns;
    private final SecretBox secrets;

    OidcLogIn(OidcProviders providers, LogIns logIns, SecretBox secrets) {
        this.providers = providers;
        this.logIns = logIns;
        this.secrets = secrets;
    }

    /** Sends people to their provider. */
    Filter start() {
        var resolver = new DefaultOAuth2AuthorizationRequestResolver(providers, START);
        resolver.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
        var filter = new OAuth2AuthorizationRequestRedirectFilter(resolver);
        filter.setAuthorizationRequestRepository(new SealedCookie(secrets));
        filter.setRequestCache(new NullRequestCache());
        filter.setAuthenticationFailureHandler((request, response, e) -> {
            log.warn("an OpenID provider cannot be asked: {}", e.getMessage());
            response.sendRedirect(FAILED);
        });
        return filter;
    }

    /** Takes the provider's answer. */
    Filter finish() {
        var provider = new OidcAuthorizationCodeAuthenticationProvider(
                new RestClientAuthorizationCodeTokenResponseClient(),
                user -> new DefaultOidcUser(List.of(), user.getIdToken()));
        var filter = new OAuth2LoginAuthenticationFilter(providers, new NothingKept(), OidcProviders.CALLBACK + "*");
        filter.setAuthenticationManager(new ProviderManager(provider));
        filter.setAuthorizationRequestRepository(new SealedCookie(secrets));
        filter.setSessionAuthenticationStrategy(new NullAuthenticatedSessionStrategy());
        filter.setSecurityContextRepository(new NullSecurityContextRepository());
        filter.setAuthenticationSuccessHandler((request, response, who) -> {
            SecurityContextHolder.clearContext();
            response.sendRedirect(enter(request, response, (OAuth2AuthenticationToken) who));
        });
        filter.setAuthenticationFailureHandler((request, response, e) -> {
            log.info("a log-in at an OpenID provider failed: {}", e.getMessage());
            response.sendRedirect(FAILED);
        });
        return filter;
    }

    /** Where to send whoever comes from the provider. */
    private String enter(HttpServletRequest request, HttpServletResponse response, OAuth2AuthenticationToken token) {
        Provider provider = providers.provider(token.getAuthorizedClientRegistrationId());
        var user = (OidcUser) token.getPrincipal();
        String subject = user.getSubject();
        if (subject == null) {
            return FAILED;
        }
        String called = user.getClaimAsString(provider.nameClaim());
        Outcome outcome = logIns.byProvider(
                new LogIns.Vouched(
                        new TenantId(provider.tenant()),
                        provider.issuer().toString(),
                        subject,
                        called == null ? subject : called,
                        OidcProviders.grants(provider, user.getClaims()),
                        OidcProviders.showsSecondFactor(provider, user.getClaims())),
                new LogIns.Origin(
                        request.getRemoteAddr(),
                        request.getHeader("User-Agent"),
                        response.getHeader(RequestIds.HEADER)));
        if (outcome instanceof Outcome.In in) {
            SessionCookie.write(request, response, in.session());
            return HOME;
        }
        if (outcome instanceof Outcome.SecondFactorMissing) {
            log.info(
                    "a log-in at {} lacks the second factor that the log-in rule demands: amr {}, acr {}",
                    provider.issuer(),
                    user.getClaims().get("amr"),
                    user.getClaims().get("acr"));
            return SECOND_FACTOR_MISSING;
        }
        return FAILED;
    }

    /** Access and refresh tokens of the provider open nothing that the manager needs. */
    private static final class NothingKept implements OAuth2AuthorizedClientRepository {
        @Override
        public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(
                String registration, Authentication who, HttpServletRequest request) {
            return null;
        }

        @Override
        public void saveAuthorizedClient(
                OAuth2AuthorizedClient client,
                Authentication who,
                HttpServletRequest request,
                HttpServletResponse response) {}

        @Override
        public void removeAuthorizedClient(
                String registration, Authentication who, HttpServletRequest request, HttpServletResponse response) {}
    }

    /** The request to the provider, until its answer comes. */
    private static final class SealedCookie implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {
        private static final String NAME = "maintmgr-oidc";
        private static final String PURPOSE = "oidc request";
        private static final Duration GOOD_FOR = Duration.ofMinutes(10);
        private static final JsonMapper JSON = JsonMapper.shared();

        private final SecretBox secrets;

        SealedCookie(SecretBox secrets) {
            this.secrets = secrets;
        }

        private record Kept(
                String authorizationUri,
                String clientId,
                String redirectUri,
                Set<String> scopes,
                String state,
                Map<String, Object> parameters,
                Map<String, Object> attributes,
                String uri,
                Instant until) {}

        @Override
        public @Nullable OAuth2AuthorizationRequest loadAuthorizationRequest(HttpServletRequest request) {
            Cookie[] cookies = request.getCookies();
            if (cookies == null) {
                return null;
            }
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(NAME)) {
                    Kept kept = open(cookie.getValue());
                    return kept == null || !kept.state().equals(request.getParameter("state")) ? null : request(kept);
                }
            }
            return null;
        }

        private @Nullable Kept open(String value) {
            try {
                byte[] plain = secrets.open(PURPOSE, Base64.getUrlDecoder().decode(value));
                Kept kept = JSON.readValue(plain, Kept.class);
                return kept.until().isAfter(Instant.now()) ? kept : null;
            } catch (GeneralSecurityException | IllegalArgumentException | JacksonException forged) {
                return null;
            }
        }

        private static OAuth2AuthorizationRequest request(Kept kept) {
            return OAuth2AuthorizationRequest.authorizationCode()
                    .authorizationUri(kept.authorizationUri())
                    .clientId(kept.clientId())
                    .redirectUri(kept.redirectUri())
                    .scopes(kept.scopes())
                    .state(kept.state())
                    .additionalParameters(kept.parameters())
                    .attributes(kept.attributes())
                    .authorizationRequestUri(kept.uri())
                    .build();
        }

        @Override
        public void saveAuthorizationRequest(
                @Nullable OAuth2AuthorizationRequest wanted, HttpServletRequest request, HttpServletResponse response) {
            if (wanted == null) {
                set(request, response, "", Duration.ZERO);
                return;
            }
            byte[] plain = JSON.writeValueAsString(new Kept(
                            wanted.getAuthorizationUri(),
                            wanted.getClientId(),
                            String.valueOf(wanted.getRedirectUri()),
                            wanted.getScopes(),
                            String.valueOf(wanted.getState()),
                            wanted.getAdditionalParameters(),
                            wanted.getAttributes(),
                            wanted.getAuthorizationRequestUri(),
                            Instant.now().plus(GOOD_FOR)))
                    .getBytes(StandardCharsets.UTF_8);
            String sealed = Base64.getUrlEncoder().withoutPadding().encodeToString(secrets.seal(PURPOSE, plain));
            set(request, response, sealed, GOOD_FOR);
        }

        @Override
        public @Nullable OAuth2AuthorizationRequest removeAuthorizationRequest(
                HttpServletRequest request, HttpServletResponse response) {
            OAuth2AuthorizationRequest kept = loadAuthorizationRequest(request);
            set(request, response, "", Duration.ZERO);
            return kept;
        }

        /** Lax: the provider sends people back from another site. */
        private static void set(
                HttpServletRequest request, HttpServletResponse response, String value, Duration goodFor) {
            response.addHeader(
                    HttpHeaders.SET_COOKIE,
                    ResponseCookie.from(NAME, value)
                            .httpOnly(true)
                            .secure(request.isSecure())
                            .sameSite("Lax")
                            .path(START)
                            .maxAge(goodFor)
                            .build()
                            .toString());
        }
    }
}
