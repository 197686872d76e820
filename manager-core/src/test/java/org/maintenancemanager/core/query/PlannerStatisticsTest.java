package org.maintenancemanager.core.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.GuardedDatabase;
import org.maintenancemanager.testing.TestDatabase;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** On a database of its own, whose statistics nobody else moves; as the role that the manager has. */
class PlannerStatisticsTest {
    private static final int MANY = 6000;

    private final DataSource database = TestDatabase.create().dataSource();
    private final JdbcClient owner = JdbcClient.create(database);
    private final TestTenant tenant = TestTenant.create(owner);
    private final DataSource guarded = new GuardedDatabase(database, GuardedDatabase.ROLE);
    private final TransactionTemplate transactions = new TransactionTemplate(new JdbcTransactionManager(guarded));
    private final JdbcClient jdbc = JdbcClient.create(guarded);
    private final PlannerStatistics statistics = new PlannerStatistics(jdbc);
    private final int before = believed();

    /** Labels refer to nothing, so they need no nodes. */
    private void add(int labels) {
        jdbc.sql("""
                        insert into node_label (tenant_id, node_id, key, value)
                        select :tenant, new_id(), 'ring', i::text from generate_series(1, :labels) i
                        """)
                .param("tenant", tenant.id().value())
                .param("labels", labels)
                .update();
    }

    /** How many labels the planner believes in. */
    private int believed() {
        return owner.sql("select reltuples from pg_class where relname = 'node_label'")
                .query(Float.class)
                .single()
                .intValue();
    }

    @Test
    void whoeverSeesTheRowsOfATransactionIsPlannedForThem() {
        tenant.run(() -> transactions.executeWithoutResult(status -> {
            add(MANY);
            statistics.added("node_label", MANY);
        }));

        assertThat(believed()).isEqualTo(MANY);
    }

    @Test
    void aFewRowsAreLeftToAutovacuum() {
        tenant.run(() -> transactions.executeWithoutResult(status -> {
            add(20);
            statistics.added("node_label", 20);
        }));
        statistics.refresh();

        assertThat(believed()).isEqualTo(before);
    }

    @Test
    void tableThatChangedAsAWholeIsAnalyzedSoonAfter() {
        tenant.run(() -> add(MANY));

        // PostgreSQL counts what a transaction changed a moment after its end.
        await().untilAsserted(() -> {
            statistics.refresh();
            assertThat(believed()).isEqualTo(MANY);
        });
    }

    @Test
    void nobodyWaitsForWhoeverAnalyzesTheSameTable() {
        var other = new SingleConnectionDataSource(connection(), true);
        try {
            JdbcClient.create(other).sql("begin").update();
            JdbcClient.create(other)
                    .sql("lock table node_label in share update exclusive mode")
                    .update();

            tenant.run(() -> transactions.executeWithoutResult(status -> {
                jdbc.sql("set local lock_timeout = '1s'").update();
                add(MANY);
                statistics.added("node_label", MANY);
            }));

            assertThat(believed()).isEqualTo(before);
        } finally {
            other.destroy();
        }
    }

    private Connection connection() {
        try {
            return database.getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
