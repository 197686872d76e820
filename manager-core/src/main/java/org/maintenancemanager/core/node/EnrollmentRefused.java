package org.maintenancemanager.core.node;

/** The enrollment token is not valid; nothing was written. Says no more, so that guessing teaches nothing. */
@SuppressWarnings("serial")
public final class EnrollmentRefused extends RuntimeException {
    EnrollmentRefused() {
        super("the enrollment token is not valid", null, false, false);
    }
}
