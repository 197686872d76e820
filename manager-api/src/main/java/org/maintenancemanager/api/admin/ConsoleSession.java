package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is logged in to the console.
 *
 * @param subject stays the same whatever the person is called: {@code person:<id>} or {@code api-token:<id>}
 * @param tenant its name
 * @param permissions what the person may do somewhere; where, its grants say
 * @param grants which roles where; absent: everything everywhere
 * @param csrf to be sent as {@code X-CSRF-Token} with every request but GET and HEAD
 * @param mustChangePassword nothing else is possible before
 * @param mustEnrollTotp likewise, before an authenticator app is set up
 * @param local whether it has a password of the manager's own
 * @param totp whether a log-in needs a code
 * @param authenticatedAt when the person last proved who it is
 * @param expiresAt the latest end
 */
public record ConsoleSession(
        String subject,
        String name,
        String tenant,
        List<String> roles,
        List<String> permissions,
        @Nullable List<AccessGrant> grants,
        String csrf,
        boolean mustChangePassword,
        boolean mustEnrollTotp,
        boolean local,
        boolean totp,
        Instant authenticatedAt,
        Instant expiresAt) {}
