package org.maintenancemanager.core.query;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/**
 * Tells a database that does not serve now from a fault of ours: it is away, stops, starts, is full, can only be read, or
 * did not say whether it committed. The same call may succeed a moment later, so its answer is "later", never "broken".
 */
public final class DatabaseAway {
    /**
     * Classes of SQLSTATE: connection exception, transaction rollback, insufficient resources, object not in prerequisite
     * state (a lock that was waited for in vain), operator intervention, system error.
     */
    private static final Set<String> CLASSES = Set.of("08", "40", "53", "55", "57", "58");

    /** read_only_sql_transaction: a standby, or a database that somebody made so. */
    private static final String READ_ONLY = "25006";

    private DatabaseAway() {}

    /**
     * Whether the failure comes from that. PostgreSQL's word goes before that of the layers above it, which take some of
     * these for errors of the statement, and others for failed commits whose reason they do not tell.
     */
    public static boolean caused(Throwable failure) {
        boolean away = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CannotGetJdbcConnectionException
                    || cause instanceof CannotCreateTransactionException
                    || cause instanceof SQLTransientConnectionException) {
                return true;
            }
            if (cause instanceof SQLException said && said.getSQLState() != null) {
                String state = said.getSQLState();
                return state.equals(READ_ONLY) || CLASSES.contains(state.substring(0, Math.min(2, state.length())));
            }
            // Without a state it is the pool that speaks: it took a broken connection away, and nothing can be rolled
            // back.
            away |= cause instanceof SQLException
                    || cause instanceof DataAccessResourceFailureException
                    || cause instanceof TransientDataAccessException
                    || cause instanceof TransactionSystemException;
        }
        return away;
    }
}
