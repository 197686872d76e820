package org.maintenancemanager.core.access;

import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.maintenancemanager.core.tenant.TenantId;

/**
 * Automation whose API token was checked a moment ago.
 *
 * @param name what the operator called the token
 */
public record ApiCaller(TenantId tenant, UUID tokenId, String name, Set<Scope> scopes) {
    /** What a token may be used for. */
    public enum Scope {
        READ,
        WRITE;

        /** As it is stored and shown: {@code read}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ApiCaller {
        scopes = Set.copyOf(scopes);
    }

    /** As the audit shows it. */
    public String actor() {
        return name + " (" + tokenId + ")";
    }
}
