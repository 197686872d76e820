package org.maintenancemanager.core.query;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * The constraint that refused a statement. Whether a name is taken is asked of the constraint itself, since only it
 * answers rightly while others write too.
 *
 * @param name as in the schema; empty if PostgreSQL named none
 * @param values what was refused, behind the tenant: {@code edge-os, x86_64, 1.0}; empty if not known
 */
public record ViolatedConstraint(Kind kind, String name, String values) {
    /** {@code Key (tenant_id, name)=(0198..., Berlin) already exists.}, in whatever language. */
    private static final Pattern DETAIL =
            Pattern.compile("\\w+ \\(.*?\\)=\\([0-9a-f-]{36}, (.*)\\)[^)]*", Pattern.DOTALL);

    public enum Kind {
        UNIQUE,
        FOREIGN_KEY,
        OTHER
    }

    public static ViolatedConstraint of(DataIntegrityViolationException refusal) {
        PSQLException cause = causeOf(refusal);
        if (cause == null) {
            return new ViolatedConstraint(Kind.OTHER, "", "");
        }
        Kind kind = switch (String.valueOf(cause.getSQLState())) {
            case "23505" -> Kind.UNIQUE;
            case "23503" -> Kind.FOREIGN_KEY;
            default -> Kind.OTHER;
        };
        ServerErrorMessage message = cause.getServerErrorMessage();
        if (message == null) {
            return new ViolatedConstraint(kind, "", "");
        }
        String name = message.getConstraint();
        String detail = message.getDetail();
        Matcher values = DETAIL.matcher(detail == null ? "" : detail);
        return new ViolatedConstraint(kind, name == null ? "" : name, values.matches() ? values.group(1) : "");
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
