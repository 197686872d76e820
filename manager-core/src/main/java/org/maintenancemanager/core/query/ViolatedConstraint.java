package org.maintenancemanager.core.query;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * The constraint that refused a statement. Whether a name is taken is asked of the constraint itself, since only it
 * answers rightly while others write too.
 *
 * <p>PostgreSQL does not say which values it refused: of a table under row-level security, they might be another tenant's.
 *
 * @param name as in the schema; empty if PostgreSQL named none
 */
public record ViolatedConstraint(Kind kind, String name) {
    private static final int MOST_NAMED = 10;

    public enum Kind {
        UNIQUE,
        FOREIGN_KEY,
        OTHER
    }

    public static ViolatedConstraint of(DataIntegrityViolationException refusal) {
        PSQLException cause = causeOf(refusal);
        if (cause == null) {
            return new ViolatedConstraint(Kind.OTHER, "");
        }
        Kind kind = switch (String.valueOf(cause.getSQLState())) {
            case "23505" -> Kind.UNIQUE;
            case "23503" -> Kind.FOREIGN_KEY;
            default -> Kind.OTHER;
        };
        ServerErrorMessage message = cause.getServerErrorMessage();
        if (message == null) {
            return new ViolatedConstraint(kind, "");
        }
        String name = message.getConstraint();
        return new ViolatedConstraint(kind, name == null ? "" : name);
    }

    /**
     * Names what was refused, for a message: the one that was wanted, the one that was wanted twice, or else all of them,
     * one of which it is. At most ten.
     */
    public static String oneOf(List<String> wanted) {
        Set<String> seen = new HashSet<>();
        Optional<String> twice = wanted.stream().filter(one -> !seen.add(one)).findFirst();
        if (twice.isPresent()) {
            return "'" + twice.get() + "'";
        }
        String named = wanted.stream().limit(MOST_NAMED).collect(Collectors.joining("' or '", "'", "'"));
        return wanted.size() > MOST_NAMED ? named + " or ..." : named;
    }

    private static @Nullable PSQLException causeOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PSQLException refused) {
                return refused;
            }
        }
        return null;
    }
}
