package org.maintenancemanager.core.update;

/** More was asked than can be done now. Who asks again does no harm, whether it was done or not. */
@SuppressWarnings("serial")
public final class Overloaded extends RuntimeException {
    private final int retryAfterSeconds;

    /** @param retryAfterSeconds when to try again, spread at random by whoever throws */
    public Overloaded(int retryAfterSeconds) {
        super("overloaded, try again in " + retryAfterSeconds + " s", null, false, false);
        this.retryAfterSeconds = retryAfterSeconds;
    }

    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
