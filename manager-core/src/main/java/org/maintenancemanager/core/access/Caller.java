package org.maintenancemanager.core.access;

import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.CallContext.ActorKind;
import org.maintenancemanager.core.tenant.Reach;
import org.maintenancemanager.core.tenant.TenantId;

/**
 * Somebody whose credential was checked a moment ago, and what it may do.
 *
 * @param id of the person or token; for an OpenID client one that is made of issuer and subject
 * @param subject the same as long as it is the same somebody, see {@code CallContext.Standing}
 * @param name what people call it
 * @param scopes what its credential may be used for at all
 * @param grants which roles where; null: everything that the scopes allow
 * @param session null without one
 */
public record Caller(
        TenantId tenant,
        ActorKind kind,
        UUID id,
        String subject,
        String name,
        Set<Scope> scopes,
        @Nullable List<Grant> grants,
        @Nullable Session session) {
    /** What a credential may be used for. */
    public enum Scope {
        READ,
        WRITE;

        /** As it is stored and shown: {@code read}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A role in a subtree of sites.
     *
     * @param site path; null: in the whole tenant
     */
    public record Grant(Role role, @Nullable String site) {}

    /**
     * @param authenticatedAt when the person last proved who it is
     * @param expiresAt when it ends at the latest
     */
    public record Session(UUID id, Instant authenticatedAt, Instant expiresAt) {}

    public Caller {
        scopes = Set.copyOf(scopes);
        grants = grants == null ? null : List.copyOf(grants);
    }

    /** As the audit shows it. */
    public String actor() {
        return name + " (" + id + ")";
    }

    /**
     * Where it may do that; null: nowhere. Sites of one permission add up; those of different permissions never do, since
     * each call is asked for the one that it needs.
     */
    public @Nullable Reach reach(Permission permission) {
        List<Grant> granted = grants;
        if (granted == null) {
            return Reach.EVERYWHERE;
        }
        Set<String> sites = new TreeSet<>();
        for (Grant grant : granted) {
            if (grant.role().permissions().contains(permission)) {
                if (grant.site() == null) {
                    return Reach.EVERYWHERE;
                }
                sites.add(grant.site());
            }
        }
        return sites.isEmpty() ? null : Reach.of(List.copyOf(sites));
    }

    /** What it may do anywhere, as words. */
    public List<String> permissions() {
        List<Grant> granted = grants;
        Set<Permission> all = EnumSet.noneOf(Permission.class);
        if (granted == null) {
            all.addAll(EnumSet.allOf(Permission.class));
        } else {
            granted.forEach(grant -> all.addAll(grant.role().permissions()));
        }
        return all.stream().map(Permission::word).sorted().toList();
    }

    /** The words of its roles; of somebody without bounds, all. */
    public List<String> roles() {
        List<Grant> granted = grants;
        Set<Role> roles = new HashSet<>();
        if (granted == null) {
            roles.addAll(Arrays.asList(Role.values()));
        } else {
            granted.forEach(grant -> roles.add(grant.role()));
        }
        return roles.stream().map(Role::word).sorted().toList();
    }
}
