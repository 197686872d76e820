package org.maintenancemanager.core.quota;

/** The tenant may not be served for the time being; nothing of it is lost. */
public final class TenantSuspended extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TenantSuspended() {
        // Part of the conversation, not a fault: nobody reads its stack trace.
        super("the tenant is suspended", null, false, false);
    }
}
