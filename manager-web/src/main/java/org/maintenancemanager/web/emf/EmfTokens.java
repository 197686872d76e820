package org.maintenancemanager.web.emf;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoders;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import org.springframework.stereotype.Component;

/**
 * Reads the tokens that the agents' own identity provider signs. Each is verified once, and then known until it ends: an
 * agent shows the same one with every poll.
 */
@Component
class EmfTokens {
    private static final Logger log = LoggerFactory.getLogger(EmfTokens.class);
    private static final String ROLE = "_en-agent-rw";
    private static final String CLIENT = "edgenode-";
    private static final int MOST_KNOWN = 200_000;
    private static final int LONGEST_TOKEN = 8 * 1024;

    private final @Nullable JwtDecoder decoder;
    private final Map<String, String> projects;
    private final Cache<String, Known> known;

    /** @param tenant name or id of the tenant */
    record Agent(String tenant, UUID host) {}

    private record Known(Agent agent, Instant expiresAt) {}

    EmfTokens(EmfSettings settings) {
        String issuer = settings.issuer();
        // Found when the first agent comes, and again until it is: the provider may start after us.
        this.decoder = issuer == null ? null : new SupplierJwtDecoder(() -> JwtDecoders.fromIssuerLocation(issuer));
        this.projects = settings.projects();
        this.known = Caffeine.newBuilder()
                .maximumSize(MOST_KNOWN)
                .expireAfter(Expiry.<String, Known>writing((digest, token) -> {
                    Duration left = Duration.between(Instant.now(), token.expiresAt());
                    return left.isNegative() ? Duration.ZERO : left;
                }))
                .build();
    }

    /** Empty unless the token is signed by the issuer, valid now, and that of an agent. */
    Optional<Agent> read(String token) {
        if (decoder == null || token.length() > LONGEST_TOKEN) {
            return Optional.empty();
        }
        String digest = digest(token);
        Known before = known.getIfPresent(digest);
        if (before != null) {
            return before.expiresAt().isAfter(Instant.now()) ? Optional.of(before.agent()) : Optional.empty();
        }
        try {
            Jwt jwt = decoder.decode(token);
            Optional<Agent> agent = agent(jwt);
            Instant end = jwt.getExpiresAt();
            if (agent.isPresent() && end != null) {
                known.put(digest, new Known(agent.get(), end));
                return agent;
            }
            return Optional.empty();
        } catch (JwtException | IllegalStateException | IllegalArgumentException e) {
            log.debug("A token of an agent was refused: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Agent> agent(Jwt jwt) {
        UUID host = host(jwt.getClaimAsString("azp"));
        if (host == null) {
            host = host(jwt.getClaimAsString("client_id"));
        }
        String project = project(jwt.getClaims().get("realm_access"));
        return host == null || project == null
                ? Optional.empty()
                : Optional.of(new Agent(projects.getOrDefault(project, project), host));
    }

    private static @Nullable UUID host(@Nullable String client) {
        return client != null && client.startsWith(CLIENT) ? uuid(client.substring(CLIENT.length())) : null;
    }

    /** The one project whose agents may report; a token for several is nobody's. */
    private static @Nullable String project(@Nullable Object realmAccess) {
        if (!(realmAccess instanceof Map<?, ?> access) || !(access.get("roles") instanceof Collection<?> roles)) {
            return null;
        }
        String found = null;
        for (Object role : roles) {
            if (role instanceof String name && name.endsWith(ROLE)) {
                UUID project = uuid(name.substring(0, name.length() - ROLE.length()));
                if (project == null || found != null) {
                    return null;
                }
                found = project.toString();
            }
        }
        return found;
    }

    static @Nullable UUID uuid(String text) {
        try {
            return text.length() == 36 ? UUID.fromString(text.toLowerCase(Locale.ROOT)) : null;
        } catch (IllegalArgumentException other) {
            return null;
        }
    }

    private static String digest(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
