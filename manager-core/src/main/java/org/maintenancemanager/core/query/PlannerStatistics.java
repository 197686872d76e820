package org.maintenancemanager.core.query;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Keeps what PostgreSQL's planner knows of a table up with what the manager writes at once. Autovacuum looks once a minute;
 * a fleet that is imported, or a campaign that starts, fills a table in seconds, and whatever asks for the whole fleet in
 * between is planned for a handful of rows: members times members, where once through them would do.
 *
 * <p>Analyzing reads a sample, some tenths of a second whatever the table's size. A table that somebody else is analyzing
 * is passed over, so nothing ever waits here. Before PostgreSQL 17 only its owner may analyze a table, and autovacuum has
 * to do.
 */
@Component
public class PlannerStatistics {
    /** Fewer rows than this mislead nobody for longer than a moment. */
    private static final int MANY = 5000;

    private final JdbcClient jdbc;

    PlannerStatistics(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Analyzes a table to which the present transaction has added rows, if they are many. As part of the transaction:
     * whatever sees the rows is planned for them.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void added(String table, int rows) {
        if (rows >= MANY) {
            analyze(table);
        }
    }

    /** Analyzes the tables of which more rows changed since they were analyzed than there were then. */
    public void refresh() {
        List<String> changed =
                jdbc.sql("""
                        select s.relid::regclass::text
                        from pg_stat_user_tables s join pg_class c on c.oid = s.relid
                        where s.schemaname = current_schema() and s.n_mod_since_analyze > greatest(c.reltuples, :many)
                        """).param("many", MANY).query(String.class).list();
        changed.forEach(this::analyze);
    }

    /** @param table a name of the schema's, never from outside */
    private void analyze(String table) {
        jdbc.sql("analyze (skip_locked) " + table).update();
    }
}
