package org.maintenancemanager.core.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.admin.AuditVerification;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.Invariants;
import org.springframework.context.ApplicationContext;
import org.springframework.transaction.support.TransactionTemplate;

@CoreTest
class AuditSequencerTest {
    private final AuditScene scene;
    private final DataSource dataSource;
    private final TransactionTemplate transactions;

    AuditSequencerTest(ApplicationContext context, CoreTest.OwnerJdbc owner, TransactionTemplate transactions) {
        this.scene = AuditScene.create(context);
        this.dataSource = owner.pool();
        this.transactions = transactions;
    }

    @Test
    void everyCommittedEventIsInTheChainOnceHoweverTransactionsInterleave() throws Exception {
        int writers = 6;
        AtomicBoolean writing = new AtomicBoolean(true);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> sequencers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                sequencers.add(threads.submit(() -> {
                    while (writing.get()) {
                        scene.chain();
                    }
                }));
            }
            List<Future<Integer>> committed = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                committed.add(threads.submit(writer(new Random(i))));
            }
            int events = 0;
            for (Future<Integer> writer : committed) {
                events += writer.get();
            }
            writing.set(false);
            for (Future<?> sequencer : sequencers) {
                sequencer.get();
            }
            scene.chain();

            assertThat(scene.numbers())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, events).boxed().toList());
            AuditVerification outcome = scene.verify();
            assertThat(outcome.flaw()).isNull();
            assertThat(outcome.events()).isEqualTo(events);
            assertThat(outcome.waiting()).isZero();
            assertThat(Invariants.broken(scene.jdbc(), scene.tenant().id())).isEmpty();
        }
    }

    /** Transactions of one to four events, two open at a time and committed in any order; a third of them rolls back. */
    private Callable<Integer> writer(Random random) {
        return () -> {
            int committed = 0;
            try (Connection one = dataSource.getConnection();
                    Connection other = dataSource.getConnection()) {
                one.setAutoCommit(false);
                other.setAutoCommit(false);
                for (int i = 0; i < 25; i++) {
                    int first = insert(one, 1 + random.nextInt(4));
                    int second = insert(other, 1 + random.nextInt(4));
                    committed += end(other, second, random);
                    committed += end(one, first, random);
                }
                one.setAutoCommit(true);
                other.setAutoCommit(true);
            }
            return committed;
        };
    }

    private static int end(Connection connection, int events, Random random) throws SQLException {
        if (random.nextInt(3) == 0) {
            connection.rollback();
            return 0;
        }
        connection.commit();
        return events;
    }

    private int insert(Connection connection, int events) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into audit_event (tenant_id, actor_kind, actor, action, object_kind, object_id)
                select ?, 'SYSTEM', 'test', 'thing.done', 'thing', i::text from generate_series(1, ?) i
                """)) {
            insert.setObject(1, scene.id());
            insert.setInt(2, events);
            return insert.executeUpdate();
        }
    }

    @Test
    void openTransactionHoldsBackWhatMightComeBehindIt() throws SQLException {
        try (Connection slow = dataSource.getConnection()) {
            slow.setAutoCommit(false);
            insert(slow, 1);
            scene.write(3);
            scene.chain();
            assertThat(scene.numbers()).isEmpty();
            assertThat(scene.verify().waiting()).isEqualTo(3);
            assertThat(scene.verify().intact()).isTrue();

            slow.commit();
            slow.setAutoCommit(true);
        }
        scene.chain();
        assertThat(scene.numbers()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(scene.verify().flaw()).isNull();
    }

    @Test
    void killBetweenBatchesLosesNothingAndRepeatsNothing() throws SQLException {
        scene.chain();
        int events = 2 * AuditSequencer.BATCH + 1_234;
        try (Connection connection = dataSource.getConnection()) {
            insert(connection, events);
        }
        AuditSequencer sequencer = scene.bean(AuditSequencer.class);
        assertThat(sequencer.chainBatch()).isEqualTo(AuditSequencer.BATCH);
        transactions.executeWithoutResult(killed -> {
            assertThat(sequencer.chainBatch()).isEqualTo(AuditSequencer.BATCH);
            killed.setRollbackOnly();
        });
        assertThat(scene.links()).isEqualTo(AuditSequencer.BATCH);

        scene.chain();
        scene.chain();

        assertThat(scene.links()).isEqualTo(events);
        AuditVerification outcome = scene.verify();
        assertThat(outcome.flaw()).isNull();
        assertThat(outcome.events()).isEqualTo(events);
        List<Long> covered = scene.jdbc()
                .sql("""
                        select seq - lag(seq, 1, 0) over (order by seq) from audit_checkpoint where tenant_id = :tenant
                        """)
                .param("tenant", scene.id())
                .query(Long.class)
                .list();
        assertThat(covered).isNotEmpty().allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(10_000));
    }

    @Test
    void checkpointIsDueWhenAnHourIsOver() {
        scene.write(2);
        scene.chain();
        scene.write(1);
        scene.chain();
        assertThat(scene.verify().signedThrough())
                .as("the first one is at once")
                .isEqualTo(2);

        // As if the hour were over: the last one is older.
        scene.tamper("update audit_checkpoint set at = at - interval '61 min' where tenant_id = :tenant");
        scene.bean(CheckpointWriter.class).signDue(true);
        assertThat(scene.jdbc()
                        .sql("select max(seq) from audit_checkpoint where tenant_id = :tenant")
                        .param("tenant", scene.id())
                        .query(Long.class)
                        .single())
                .isEqualTo(3);
    }

    @Test
    void databaseThatWasRestoredOnAnotherServerGoesOn() {
        scene.write(3);
        scene.chain();
        // The old server had counted its transactions further than this one has.
        scene.write(1);
        scene.tamper(
                "update audit_progress set written_by = '900000000000'",
                "update audit_event set written_by = '900000000001' where tenant_id = :tenant and id not in (select event_id from audit_link)");
        scene.write(2);

        scene.chain();
        scene.chain();

        assertThat(scene.numbers()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(scene.verify().flaw()).isNull();
        assertThat(scene.verify().waiting()).isZero();
    }

    @Test
    void clockOfAnEventIsOfNoConsequenceForItsPlace() {
        scene.write(1);
        scene.chain();
        scene.jdbc()
                .sql("""
                        insert into audit_event (tenant_id, at, actor_kind, actor, action, object_kind, object_id)
                        values (:tenant, :at, 'SYSTEM', 'test', 'thing.done', 'thing', 'x')
                        """)
                .param("tenant", scene.id())
                .param("at", Instant.now().minus(Duration.ofDays(2)).atOffset(java.time.ZoneOffset.UTC))
                .update();
        scene.chain();
        assertThat(scene.numbers()).containsExactly(1L, 2L);
        assertThat(scene.verify().flaw()).isNull();
    }
}
