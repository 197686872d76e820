package org.maintenancemanager.core.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

class DatabaseAwayTest {
    @ParameterizedTest
    @CsvSource({
        "08006, true", // connection_failure
        "40P01, true", // deadlock_detected
        "53100, true", // disk_full
        "55P03, true", // lock_not_available
        "57P01, true", // admin_shutdown
        "57P03, true", // cannot_connect_now
        "58030, true", // io_error
        "25006, true", // read_only_sql_transaction
        "25P02, false", // in_failed_sql_transaction: a mistake of ours
        "23505, false", // unique_violation
        "42P01, false", // undefined_table
        "22021, false" // character_not_in_repertoire
    })
    void stateOfPostgresqlDecides(String state, boolean away) {
        var refused = new SQLException("it says so", state);
        assertThat(DatabaseAway.caused(new UncategorizedSQLException("a task", "a statement", refused)))
                .isEqualTo(away);
        assertThat(DatabaseAway.caused(new TransactionSystemException("the commit failed", refused)))
                .as("whatever the layers above it make of it")
                .isEqualTo(away);
    }

    @Test
    void withoutAStateTheLayersAboveSaySo() {
        var closed = new SQLException("Connection is closed");
        assertThat(DatabaseAway.caused(new IllegalStateException("Unable to rollback", closed)))
                .isTrue();
        assertThat(DatabaseAway.caused(new CannotCreateTransactionException(
                        "no connection", new SQLTransientConnectionException("timed out", "28P01"))))
                .isTrue();
        assertThat(DatabaseAway.caused(new CannotAcquireLockException("busy"))).isTrue();
        assertThat(DatabaseAway.caused(new TransactionSystemException("no word of the commit")))
                .isTrue();
    }

    @Test
    void mistakesAreNot() {
        assertThat(DatabaseAway.caused(new DataIntegrityViolationException("twice")))
                .isFalse();
        assertThat(DatabaseAway.caused(new IllegalStateException("ours"))).isFalse();
    }
}
