package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of one item of the old manager.
 *
 * @param from its {@code resourceId}, or its place in the request where it has none
 * @param id of what it is here; absent in a dry run for what would be made, and for what was not kept
 * @param name of what it is here: a site's path, an image's family and version
 */
public record EmfImportItem(
        EmfImportKind kind,
        String from,
        EmfImportOutcome outcome,
        @Nullable UUID id,
        @Nullable String name,
        List<EmfImportLoss> losses) {}
