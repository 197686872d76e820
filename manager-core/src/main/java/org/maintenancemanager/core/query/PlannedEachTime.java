package org.maintenancemanager.core.query;

import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.postgresql.PGStatement;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * For what people ask of large tables: the server plans each statement for the values that it comes with. After some
 * repetitions it would plan it once for all values, and what is quick for one that half of the rows have takes seconds for one
 * that few have.
 */
public final class PlannedEachTime {
    private PlannedEachTime() {}

    /** A client that takes part in the transactions of this database like any other. */
    public static JdbcClient over(DataSource database) {
        return JdbcClient.create(new NamedParameterJdbcTemplate(new JdbcTemplate(database) {
            @Override
            protected void applyStatementSettings(Statement statement) throws SQLException {
                super.applyStatementSettings(statement);
                statement.unwrap(PGStatement.class).setPrepareThreshold(0);
            }
        }));
    }
}
