package org.maintenancemanager.core.update;

import org.maintenancemanager.core.decision.Reason;

/** Puts into words why a campaign left a node out from its start. */
public final class SkipReasons {
    private SkipReasons() {}

    /** @param code that is kept with the update: that of a gate, or one that only a start knows; empty if unknown */
    public static String sentence(String code) {
        for (Reason reason : Reason.values()) {
            if (reason.name().equals(code)) {
                return reason.sentence();
            }
        }
        return code.equals("BUSY") ? "Another campaign was updating the node." : "";
    }
}
