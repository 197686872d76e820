package org.maintenancemanager.core.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.api.admin.AuditFlawKind;
import org.maintenancemanager.api.admin.AuditVerification;
import org.maintenancemanager.testing.CoreTest;
import org.springframework.context.ApplicationContext;

@CoreTest
class AuditRetentionTest {
    private final AuditScene scene;
    private final AuditRetention retention;

    AuditRetentionTest(ApplicationContext context, AuditRetention retention) {
        this.scene = AuditScene.create(context);
        this.retention = retention;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete from audit_event",
                "update audit_event set actor = 'x'",
                "truncate audit_event",
                "delete from audit_link",
                "update audit_link set seq = seq + 1",
                "truncate audit_link",
                "delete from audit_checkpoint",
                "update audit_checkpoint set seq = seq + 1"
            })
    void nobodyDeletesOrChangesAnything(String statement) {
        scene.write(1);
        scene.chain();
        assertThatThrownBy(() -> scene.jdbc().sql(statement).update()).hasMessageContaining("is insert-only");
    }

    @Test
    void nothingGoesButBehindACheckpointThatIs30DaysOld() {
        scene.write(2);
        scene.chain();
        assertThatThrownBy(() -> prune(2)).hasMessageContaining("expected a checkpoint");
        assertThatThrownBy(() -> prune(1)).hasMessageContaining("expected a checkpoint");
        assertThat(scene.links()).isEqualTo(2);
    }

    @Test
    void chainStaysVerifiableWhenRetentionCutItOff() {
        // Four and three events of long ago, two of now; the first checkpoint of a chain is made at once.
        past(4, 500);
        past(3, 450);
        scene.write(2);
        scene.chain();
        assertThat(scene.verify().flaw()).isNull();

        retention.sweep();
        scene.chain();

        AuditVerification outcome = scene.verify();
        assertThat(outcome.flaw()).isNull();
        assertThat(outcome.startSeq()).isEqualTo(7);
        assertThat(scene.numbers()).containsExactly(8L, 9L, 10L);
        assertThat(scene.tenant().audited(scene.id())).containsExactly("audit.pruned");
        assertThat(scene.jdbc()
                        .sql("select count(*) from audit_event where tenant_id = :tenant")
                        .param("tenant", scene.id())
                        .query(Integer.class)
                        .single())
                .isEqualTo(3);
        assertThatThrownBy(() -> scene.jdbc().sql("delete from audit_event").update())
                .as("the exception ended with the pruning")
                .hasMessageContaining("is insert-only");

        retention.sweep();
        assertThat(scene.numbers()).as("nothing more is due").hasSize(3);
    }

    @Test
    void chainGoesOnWhenEverythingWasOld() {
        past(3, 500);
        retention.sweep();
        assertThat(scene.verify().flaw()).isNull();

        scene.write(1);
        scene.chain();

        assertThat(scene.numbers()).containsExactly(4L, 5L);
        assertThat(scene.verify().flaw()).isNull();
    }

    @Test
    void beginThatWasCutOffPastRetentionIsNamed() {
        past(4, 500);
        scene.write(2);
        scene.chain();
        scene.sign(Instant.now());
        scene.write(1);
        scene.chain();
        retention.sweep();
        scene.chain();
        scene.tamper(
                "delete from audit_event where tenant_id = :tenant and id in (select event_id from audit_link where tenant_id = :tenant and seq <= 6)",
                "delete from audit_link where tenant_id = :tenant and seq <= 6");
        var flaw = Objects.requireNonNull(scene.verify().flaw());
        assertThat(flaw.kind()).isEqualTo(AuditFlawKind.MISSING);
        assertThat(flaw.detail()).contains("up to 6");
    }

    /** Events of so many days ago, chained and signed at that time. */
    private void past(int events, int days) {
        scene.jdbc()
                .sql("""
                        insert into audit_event (tenant_id, at, actor_kind, actor, action, object_kind, object_id)
                        select :tenant, now() - make_interval(days => :days), 'SYSTEM', 'test', 'thing.done', 'thing', 'x'
                        from generate_series(1, :events)
                        """)
                .param("tenant", scene.id())
                .param("days", days)
                .param("events", events)
                .update();
        scene.chainUnsigned();
        scene.sign(Instant.now().minus(Duration.ofDays(days)).truncatedTo(ChronoUnit.MILLIS));
    }

    private long prune(long through) {
        return scene.jdbc()
                .sql("select prune_audit(:tenant, :through)")
                .param("tenant", scene.id())
                .param("through", through)
                .query(Long.class)
                .single();
    }
}
