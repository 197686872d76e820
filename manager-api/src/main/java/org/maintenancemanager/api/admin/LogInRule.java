package org.maintenancemanager.api.admin;

import java.util.List;

/**
 * How people log in to a tenant.
 *
 * @param secondFactorRoles whoever has one of these roles, anywhere, and a password of the manager's, must set up an
 *     authenticator app before anything else; whoever comes from an OpenID provider must have shown a second factor there
 * @param revision 0 while nobody has set it
 */
public record LogInRule(List<String> secondFactorRoles, long revision) {
    public LogInRule {
        secondFactorRoles = List.copyOf(secondFactorRoles);
    }
}
