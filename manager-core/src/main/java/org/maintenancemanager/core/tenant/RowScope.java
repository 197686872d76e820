package org.maintenancemanager.core.tenant;

/** Whose rows the statements of the present thread may touch, as PostgreSQL is told it. */
final class RowScope {
    /** No tenant's: a statement that meets a row of one fails. */
    static final String NOBODY = "";

    static final String EVERYBODY = "all";

    static final ScopedValue<String> CURRENT = ScopedValue.newInstance();

    private RowScope() {}

    static String current() {
        return CURRENT.orElse(NOBODY);
    }
}
