package org.maintenancemanager.core.query;

import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * The constraint that refused a statement. Whether a name is taken is asked of the constraint itself, since only it
 * answers rightly while others write too.
 *
 * @param name as in the schema; empty if PostgreSQL named none
 */
public record ViolatedConstraint(Kind kind, String name) {
    public enum Kind {
        UNIQUE,
        FOREIGN_KEY,
        OTHER
    }

    public static ViolatedConstraint of(DataIntegrityViolationException refusal) {
        if (!(NestedExceptionUtils.getMostSpecificCause(refusal) instanceof PSQLException cause)) {
            return new ViolatedConstraint(Kind.OTHER, "");
        }
        Kind kind = switch (String.valueOf(cause.getSQLState())) {
            case "23505" -> Kind.UNIQUE;
            case "23503" -> Kind.FOREIGN_KEY;
            default -> Kind.OTHER;
        };
        ServerErrorMessage message = cause.getServerErrorMessage();
        String name = message == null ? null : message.getConstraint();
        return new ViolatedConstraint(kind, name == null ? "" : name);
    }
}
