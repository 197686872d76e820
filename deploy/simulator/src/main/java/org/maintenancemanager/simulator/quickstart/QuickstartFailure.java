package org.maintenancemanager.simulator.quickstart;

/** The quickstart cannot go on, for a reason that the person who started it can act on; shown without a stack trace. */
final class QuickstartFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    QuickstartFailure(String sentence) {
        super(sentence);
    }
}
