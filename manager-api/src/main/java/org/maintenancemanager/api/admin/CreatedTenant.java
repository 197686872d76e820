package org.maintenancemanager.api.admin;

/**
 * A new tenant, and the way in.
 *
 * @param token an API token of the tenant with all rights in it, good for a year; nobody can show it again
 */
public record CreatedTenant(ManagedTenant tenant, IssuedToken token) {}
