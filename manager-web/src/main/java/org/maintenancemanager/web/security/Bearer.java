package org.maintenancemanager.web.security;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The {@code Authorization: Bearer} header (RFC 6750). */
public final class Bearer {
    private static final String SCHEME = "Bearer ";

    private Bearer() {}

    /** What stands after the scheme, whose case does not matter. */
    public static Optional<String> of(@Nullable String header) {
        return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }
}
