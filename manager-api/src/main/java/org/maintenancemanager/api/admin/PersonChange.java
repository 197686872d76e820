package org.maintenancemanager.api.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be changed about a person.
 *
 * @param state {@code ACTIVE} or {@code DISABLED}
 * @param grants those given by hand, all of them
 */
public record PersonChange(
        @Nullable String displayName,
        @Nullable String state,
        @Nullable List<AccessGrant> grants) {}
