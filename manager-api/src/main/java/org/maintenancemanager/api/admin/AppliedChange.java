package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A field that differs.
 *
 * @param pointer JSON pointer
 * @param before as text, or as JSON where it is no text; absent: it was not there
 * @param after likewise; absent: it is not there any more
 */
public record AppliedChange(
        String pointer, @Nullable String before, @Nullable String after) {}
