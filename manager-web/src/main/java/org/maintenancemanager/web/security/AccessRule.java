package org.maintenancemanager.web.security;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.access.Permission;
import org.maintenancemanager.core.access.SiteObjects;

/**
 * What a call needs.
 *
 * @param method of HTTP; HEAD is GET
 * @param path as the handler's mapping has it
 * @param permission null: none
 * @param bound how far the permission must reach
 * @param object what the first id in the path names, if it lies at a site
 * @param fresh whether a person must have proved lately who it is
 */
public record AccessRule(
        String method,
        String path,
        @Nullable Permission permission,
        Bound bound,
        SiteObjects.@Nullable Kind object,
        boolean fresh) {
    /** How far the permission must reach. */
    public enum Bound {
        /** No credential is asked for here: the call brings its own, or tells nothing. */
        OPEN,
        /** Whoever is known may do it: it concerns nobody but the caller. */
        KNOWN,
        /** The whole tenant. */
        TENANT,
        /** The site of the object; lists show, and new objects must lie at, the caller's own sites. */
        SITES,
        /** Any site will do: what is read here belongs to none. */
        ANYWHERE
    }

    AccessRule fresh(boolean needed) {
        return new AccessRule(method, path, permission, bound, object, needed);
    }

    /** {@code GET /api/v1/nodes} */
    public String call() {
        return method + " " + path;
    }
}
