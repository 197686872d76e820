package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * The token that all DDI clients of the tenant may share.
 *
 * @param registration what becomes of clients that nobody registered; absent: they are refused
 * @param registered how many nodes it has made
 */
public record DdiGateway(boolean enabled, @Nullable DdiRegistration registration, int registered) {}
