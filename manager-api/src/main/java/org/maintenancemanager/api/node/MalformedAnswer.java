package org.maintenancemanager.api.node;

import java.io.IOException;

/** What came is not what the contract says. */
final class MalformedAnswer extends IOException {
    private static final long serialVersionUID = 1;

    MalformedAnswer(String message) {
        super(message);
    }
}
