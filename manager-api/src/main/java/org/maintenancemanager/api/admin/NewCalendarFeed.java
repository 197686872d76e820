package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A calendar that goes out.
 *
 * @param name 1 to 100 characters, shown by calendar programs
 * @param sitePath of the site whose nodes it is about, with all below it
 */
public record NewCalendarFeed(
        @Nullable String name, @Nullable String sitePath) {}
