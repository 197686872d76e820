package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may log in.
 *
 * @param name what a local person logs in with; of others, what their OpenID provider calls them
 * @param issuer of the OpenID provider that vouches for the person; absent: the person logs in by password
 * @param state {@code ACTIVE} or {@code DISABLED}
 * @param grants which roles where; those from the provider's claims are replaced at each log-in
 * @param manualGrants those of them that were given by hand, which a change of the grants replaces
 * @param totp whether a log-in needs a code of an authenticator app
 * @param mustChangePassword whether the password is still the one made by the manager
 */
public record Person(
        UUID id,
        String name,
        @Nullable String displayName,
        @Nullable String issuer,
        String state,
        List<AccessGrant> grants,
        List<AccessGrant> manualGrants,
        boolean totp,
        boolean mustChangePassword,
        @Nullable Instant lastLoginAt,
        Instant createdAt,
        Instant updatedAt,
        long revision) {}
