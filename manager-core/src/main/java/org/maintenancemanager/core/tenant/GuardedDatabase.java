package org.maintenancemanager.core.tenant;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Connections on which PostgreSQL shows only the rows of the tenant of the present call: they run as a role that owns
 * nothing, and say whose rows they are about before a statement is prepared. Below the pool, so that a pooled connection
 * remembers what it said last: as long as the tenant stays the same, that costs no round trip.
 */
public final class GuardedDatabase extends DelegatingDataSource {
    /** The role that the migrations give its rights. */
    public static final String ROLE = "maintmgr_app";

    private static final Pattern ROLE_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    private final String role;

    /** @param role that the login may become */
    public GuardedDatabase(DataSource target, String role) {
        super(target);
        if (!ROLE_NAME.matcher(role).matches()) {
            throw new IllegalArgumentException(
                    "manager.database.role is '%s'; allowed are lower-case letters, digits, _".formatted(role));
        }
        this.role = role;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return guarded(super.getConnection());
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return guarded(super.getConnection(user, password));
    }

    private Connection guarded(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("set role " + role);
        } catch (SQLException e) {
            connection.close();
            throw new SQLException(
                    "the login may not become the role %s; see docs/operations.md, Database roles".formatted(role),
                    e.getSQLState(),
                    e);
        }
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, new Guard(connection));
    }

    private static final class Guard implements InvocationHandler {
        private final Connection connection;
        /** What PostgreSQL was told last on this connection; null when that is not known for sure. */
        private @Nullable String said;
        /** Said in the present transaction, so taken back with it. */
        private boolean saidInTransaction;

        Guard(Connection connection) {
            this.connection = connection;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
                throws Throwable {
            switch (method.getName()) {
                case "prepareStatement", "prepareCall", "createStatement" -> say(RowScope.current());
                case "rollback" -> forgetWhatWasSaid();
                default -> {}
            }
            try {
                Object result = method.invoke(connection, arguments);
                if (method.getName().equals("commit")) {
                    saidInTransaction = false;
                }
                return result;
            } catch (InvocationTargetException e) {
                if (method.getName().equals("commit")) {
                    // PostgreSQL may have rolled back instead.
                    forgetWhatWasSaid();
                }
                throw e.getCause();
            }
        }

        private void say(String scope) throws SQLException {
            if (scope.equals(said)) {
                return;
            }
            said = null;
            // SET takes no snapshot, so a transaction may still choose its isolation after it. The scope is a UUID or
            // a word of our own, never text from outside.
            try (var statement = connection.createStatement()) {
                statement.execute("set maintmgr.tenant = '" + scope + "'");
            }
            said = scope;
            saidInTransaction = saidInTransaction || !connection.getAutoCommit();
        }

        private void forgetWhatWasSaid() {
            if (saidInTransaction) {
                said = null;
                saidInTransaction = false;
            }
        }
    }
}
