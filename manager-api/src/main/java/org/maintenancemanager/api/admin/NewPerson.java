package org.maintenancemanager.api.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A local person to be created.
 *
 * @param name to log in with; unique, whatever the case of its letters
 * @param grants which roles where; absent: none
 */
public record NewPerson(
        @Nullable String name,
        @Nullable String displayName,
        @Nullable List<AccessGrant> grants) {}
