package org.maintenancemanager.web.security;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings under {@code manager.oidc}.
 *
 * @param providers OpenID providers by a short name, which stands in the address that they send people back to:
 *     {@code <manager>/console/oidc/callback/<name>}
 */
@ConfigurationProperties("manager.oidc")
record OidcSettings(@DefaultValue Map<String, Provider> providers) {
    /**
     * @param issuer whose {@code /.well-known/openid-configuration} says the rest
     * @param title what the log-in page calls it
     * @param clientId under which the manager is known there; absent: people cannot log in with it
     * @param audience that tokens of automation must name; absent: it vouches for people only
     * @param tenant that everybody it vouches for belongs to
     * @param nameClaim what people are called by
     * @param rolesClaim a text or a list of texts
     * @param roles what each value of that claim means: roles, each alone or followed by a blank and a site
     * @param secondFactor by what it says that somebody showed a second factor, for roles whose log-in rule demands one
     */
    record Provider(
            URI issuer,
            @Nullable String title,
            @Nullable String clientId,
            @Nullable String clientSecret,
            @Nullable String audience,
            @DefaultValue({"openid", "profile"}) Set<String> scopes,

            @DefaultValue("00000000-0000-7000-8000-000000000001")
            UUID tenant,

            @DefaultValue("preferred_username") String nameClaim,
            @DefaultValue("groups") String rolesClaim,
            @DefaultValue Map<String, List<String>> roles,
            @DefaultValue SecondFactor secondFactor) {
        /** Shows no secret. */
        @Override
        public String toString() {
            return "Provider[issuer=%s, clientId=%s, audience=%s]".formatted(issuer, clientId, audience);
        }
    }

    /**
     * One of either is enough.
     *
     * @param amr methods, as RFC 8176 names them or as the provider does
     * @param acr classes of the provider's own, such as {@code phr} of OpenID's EAP
     */
    record SecondFactor(
            @DefaultValue("mfa") Set<String> amr,
            @DefaultValue Set<String> acr) {}
}
