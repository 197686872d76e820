package org.maintenancemanager.core.decision;

import java.util.List;
import java.util.Optional;

/**
 * What a node may do now, and why.
 *
 * @param directive {@code INSTALL_ALLOWED} means that every gate up to the permit is open; only a grant makes it true
 * @param gates in the order of {@link GateName}
 */
public record Decision(Directive directive, List<Gate> gates) {
    public enum Directive {
        NONE,
        DOWNLOAD,
        WAIT,
        INSTALL_ALLOWED,
        CANCEL,
        ROLL_BACK
    }

    public Decision {
        gates = List.copyOf(gates);
    }

    /** The first closed gate: the reason that the node waits. */
    public Optional<Gate> blocking() {
        return gates.stream().filter(Gate::isClosed).findFirst();
    }
}
