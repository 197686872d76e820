package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * How clients that nobody registered become nodes.
 *
 * @param site path of the site that they are put at
 * @param architecture that they are taken to have
 * @param approval AUTO or MANUAL; absent: MANUAL
 * @param maxNodes how many may be made; absent: 1000
 */
public record DdiRegistration(
        String site,
        String architecture,
        @Nullable String approval,
        @Nullable Integer maxNodes) {}
