package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * Something of an item that could not be kept as it was.
 *
 * @param field of the old manager's JSON; absent: the whole item
 */
public record EmfImportLoss(@Nullable String field, String reason) {}
