package org.maintenancemanager.web.security;

import java.text.ParseException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.access.Caller;
import org.maintenancemanager.core.access.Caller.Grant;
import org.maintenancemanager.core.access.Role;
import org.maintenancemanager.core.tenant.CallContext.ActorKind;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.web.security.OidcSettings.Provider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoders;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.stereotype.Component;

/**
 * The OpenID providers of the settings. Each is asked for its description when it is first needed, so that the manager starts
 * while one is down. What somebody is known by is issuer and subject together, never a name or an address of mail.
 */
@Component
@EnableConfigurationProperties(OidcSettings.class)
class OidcProviders implements ClientRegistrationRepository {
    private static final Logger log = LoggerFactory.getLogger(OidcProviders.class);
    static final String CALLBACK = "/console/oidc/callback/";

    private final Map<String, Provider> providers;
    private final Map<String, ClientRegistration> registrations = new ConcurrentHashMap<>();
    private final Map<String, JwtDecoder> decoders = new ConcurrentHashMap<>();

    OidcProviders(OidcSettings settings) {
        this.providers = Map.copyOf(settings.providers());
        providers.forEach((name, provider) -> provider.roles()
                .forEach((value, roles) -> roles.forEach(role -> {
                    if (grant(role).isEmpty()) {
                        throw new IllegalStateException(
                                "manager.oidc.providers.%s.roles.%s holds '%s'; allowed are %s, each alone or followed by a blank and a site"
                                        .formatted(
                                                name,
                                                value,
                                                role,
                                                Arrays.stream(Role.values())
                                                        .map(Role::word)
                                                        .toList()));
                    }
                })));
    }

    /** Those that people can log in with. */
    Map<String, Provider> forPeople() {
        return providers.entrySet().stream()
                .filter(entry -> entry.getValue().clientId() != null)
                .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    Provider provider(String name) {
        Provider provider = providers.get(name);
        if (provider == null) {
            throw new IllegalArgumentException("expected one of %s, found %s".formatted(providers.keySet(), name));
        }
        return provider;
    }

    @Override
    public @Nullable ClientRegistration findByRegistrationId(String name) {
        Provider provider = providers.get(name);
        String client = provider == null ? null : provider.clientId();
        return provider == null || client == null
                ? null
                : registrations.computeIfAbsent(name, absent -> describe(absent, provider, client));
    }

    private static ClientRegistration describe(String name, Provider provider, String client) {
        return ClientRegistrations.fromIssuerLocation(provider.issuer().toString())
                .registrationId(name)
                .clientId(client)
                .clientSecret(provider.clientSecret())
                .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                .redirectUri("{baseUrl}" + CALLBACK + "{registrationId}")
                .scope(provider.scopes())
                .build();
    }

    /**
     * Automation, if the text is a token of a provider, made for the manager and valid now.
     *
     * @param text as it stood behind {@code Bearer}
     */
    Optional<Caller> automation(String text) {
        return claimedIssuer(text)
                .flatMap(issuer -> providers.entrySet().stream()
                        .filter(entry -> entry.getValue().audience() != null
                                && entry.getValue().issuer().toString().equals(issuer))
                        .findFirst()
                        .flatMap(entry -> verify(entry.getKey(), entry.getValue(), text)));
    }

    /** What a token says of itself, unverified: only to choose whose keys to verify it with. */
    private static Optional<String> claimedIssuer(String text) {
        if (!text.startsWith("ey") || text.chars().filter(c -> c == '.').count() != 2) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(
                    com.nimbusds.jwt.SignedJWT.parse(text).getJWTClaimsSet().getIssuer());
        } catch (ParseException e) {
            return Optional.empty();
        }
    }

    private Optional<Caller> verify(String name, Provider provider, String text) {
        try {
            Jwt token =
                    decoders.computeIfAbsent(name, absent -> decoder(provider)).decode(text);
            String subject = token.getSubject();
            if (subject == null || subject.isEmpty()) {
                return Optional.empty();
            }
            String key = provider.issuer() + "#" + subject;
            String called = token.getClaimAsString(provider.nameClaim());
            return Optional.of(new Caller(
                    new TenantId(provider.tenant()),
                    ActorKind.OIDC_CLIENT,
                    UUID.nameUUIDFromBytes(key.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                    "oidc:" + key,
                    called == null ? subject : called,
                    java.util.EnumSet.allOf(Caller.Scope.class),
                    grants(provider, token.getClaims()),
                    null));
        } catch (JwtException refused) {
            return Optional.empty();
        } catch (RuntimeException unreachable) {
            log.warn("the OpenID provider {} does not say what its keys are: {}", name, unreachable.toString());
            return Optional.empty();
        }
    }

    private static JwtDecoder decoder(Provider provider) {
        String issuer = provider.issuer().toString();
        NimbusJwtDecoder decoder = JwtDecoders.fromIssuerLocation(issuer);
        decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
                JwtValidators.createDefaultWithIssuer(issuer),
                new JwtClaimValidator<Collection<String>>(
                        JwtClaimNames.AUD, audience -> audience != null && audience.contains(provider.audience()))));
        return decoder;
    }

    /** The roles that the claims stand for. */
    static List<Grant> grants(Provider provider, Map<String, Object> claims) {
        Set<Grant> grants = new LinkedHashSet<>();
        Object values = claims.get(provider.rolesClaim());
        for (Object value : values instanceof Collection<?> many ? many : List.of(String.valueOf(values))) {
            provider.roles()
                    .getOrDefault(String.valueOf(value), List.of())
                    .forEach(role -> grants.add(grant(role).orElseThrow()));
        }
        return List.copyOf(grants);
    }

    /** Whether the claims say that somebody showed a second factor; a claim that is absent says nothing. */
    static boolean showsSecondFactor(Provider provider, Map<String, Object> claims) {
        Object methods = claims.get("amr");
        Collection<?> amr = methods instanceof Collection<?> many ? many : List.of(String.valueOf(methods));
        return amr.stream().anyMatch(method -> provider.secondFactor().amr().contains(String.valueOf(method)))
                || provider.secondFactor().acr().contains(String.valueOf(claims.get("acr")));
    }

    private static Optional<Grant> grant(String text) {
        int blank = text.indexOf(' ');
        String role = blank < 0 ? text : text.substring(0, blank);
        String site = blank < 0 ? null : text.substring(blank + 1).strip();
        return Role.of(role).map(known -> new Grant(known, site));
    }
}
