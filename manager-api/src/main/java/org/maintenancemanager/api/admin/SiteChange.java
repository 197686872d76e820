package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/** All of a site that can be changed. The path stays: nodes are moved to another site instead. */
public record SiteChange(@Nullable String name, @Nullable String zone) {}
