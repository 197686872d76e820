package org.maintenancemanager.api.admin;

/** @param withLosses those of them of which something could not be kept */
public record EmfImportCount(EmfImportKind kind, EmfImportOutcome outcome, int items, int withLosses) {}
