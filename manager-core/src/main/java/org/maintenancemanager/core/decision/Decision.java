package org.maintenancemanager.core.decision;

import java.util.List;
import java.util.Optional;

/**
 * What a node may do now, and why.
 *
 * @param directive {@code INSTALL_ALLOWED} means that every gate up to the permit is open, and then only a grant makes it
 *     true; or that a permit is held, and then the PERMIT gate is open
 * @param gates all of them in the order of {@link GateName}; none when there is nothing to do
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
        for (Gate gate : gates) {
            if (gate.isClosed()) {
                return Optional.of(gate);
            }
        }
        return Optional.empty();
    }
}
