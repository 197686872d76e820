package org.maintenancemanager.core.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.maintenancemanager.api.admin.AuditFlawKind.CHANGED;
import static org.maintenancemanager.api.admin.AuditFlawKind.CHECKPOINT_MISMATCH;
import static org.maintenancemanager.api.admin.AuditFlawKind.CHECKPOINT_SIGNATURE;
import static org.maintenancemanager.api.admin.AuditFlawKind.INSERTED;
import static org.maintenancemanager.api.admin.AuditFlawKind.MISSING;
import static org.maintenancemanager.api.admin.AuditFlawKind.REORDERED;
import static org.maintenancemanager.api.admin.AuditFlawKind.WRONG_LINK;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.api.admin.AuditFlaw;
import org.maintenancemanager.api.admin.AuditFlawKind;
import org.maintenancemanager.api.admin.ChainedAuditEvent;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.testing.CoreTest;
import org.springframework.context.ApplicationContext;

/** What somebody can do to the audit who may do everything in the database, and how it comes out. */
@CoreTest
class AuditTamperTest {
    private static final String EVENT_AT = "(select event_id from audit_link where tenant_id = :tenant and seq = %d)";

    private final AuditScene scene;

    AuditTamperTest(ApplicationContext context) {
        this.scene = AuditScene.create(context);
    }

    /** Twelve events; checkpoints cover 5 and 10. */
    @BeforeEach
    void chainIsIntact() {
        scene.write(5);
        scene.chain();
        scene.write(5);
        scene.chain();
        scene.sign(Instant.now());
        scene.write(2);
        scene.chain();
        var outcome = scene.verify();
        assertThat(outcome.flaw()).isNull();
        assertThat(outcome.events()).isEqualTo(12);
        assertThat(outcome.signedThrough()).isEqualTo(10);
        assertThat(outcome.checkpoints())
                .as("those of the database and of the file")
                .isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "actor = 'somebody else'",
                "actor_kind = 'NODE'",
                "action = 'site.deleted'",
                "object_kind = 'node'",
                "object_id = object_id || ' '",
                "at = at + interval '1 microsecond'",
                "before = '{}'",
                "after = null",
                "after = '{\"zone\": \"UTC\"}'",
                "request_id = null"
            })
    void aChangedFieldIsFound(String change) {
        UUID event = scene.event(4);
        scene.tamper(
                "update audit_event set " + change + " where tenant_id = :tenant and id = " + EVENT_AT.formatted(4));
        expect(CHANGED, 4, event);
    }

    @Test
    void aDeletedEventIsFound() {
        UUID event = scene.event(7);
        scene.tamper("delete from audit_event where tenant_id = :tenant and id = " + EVENT_AT.formatted(7));
        expect(MISSING, 7, event);
    }

    @Test
    void anEventDeletedWithItsLinkIsFound() {
        scene.tamper(
                "delete from audit_event where tenant_id = :tenant and id = " + EVENT_AT.formatted(7),
                "delete from audit_link where tenant_id = :tenant and seq = 7");
        expect(MISSING, 7, null);
    }

    @Test
    void aGapThatWasClosedIsFound() {
        UUID after = scene.event(8);
        scene.tamper(
                "delete from audit_event where tenant_id = :tenant and id = " + EVENT_AT.formatted(7),
                "delete from audit_link where tenant_id = :tenant and seq = 7",
                "update audit_link set seq = seq - 1 + 1000 where tenant_id = :tenant and seq > 7",
                "update audit_link set seq = seq - 1000 where tenant_id = :tenant and seq > 1000");
        expect(WRONG_LINK, 7, after);
    }

    @Test
    void swappedEventsAreFound() {
        UUID late = scene.event(9);
        swap(3, 9);
        expect(REORDERED, 3, late);
    }

    @Test
    void swappedLinksAreFound() {
        UUID late = scene.event(4);
        scene.tamper(
                "update audit_link set seq = 1000 where tenant_id = :tenant and seq = 3",
                "update audit_link set seq = 3 where tenant_id = :tenant and seq = 4",
                "update audit_link set seq = 4 where tenant_id = :tenant and seq = 1000");
        expect(REORDERED, 3, late);
    }

    @Test
    void anInsertedEventIsFound() {
        UUID event = insertEvent();
        var inserted = new ChainedAuditEvent(
                7,
                event,
                Instant.parse("2026-01-01T00:00:00Z"),
                "SYSTEM",
                "nobody",
                "thing.done",
                "thing",
                "x",
                null,
                null,
                null,
                scene.hash(6),
                "");
        scene.tamper(
                "update audit_link set seq = seq + 1001 where tenant_id = :tenant and seq >= 7",
                "update audit_link set seq = seq - 1000 where tenant_id = :tenant and seq > 1000",
                "insert into audit_link values (:tenant, 7, '%s', decode('%s', 'hex'), decode('%s', 'hex'))"
                        .formatted(event, inserted.previousHash(), ChainHash.of(scene.id(), inserted)));
        expect(INSERTED, 7, event);
    }

    @Test
    void anEventThatWasPutInPastTheChainIsFound() {
        UUID event = insertEvent();
        expect(INSERTED, 0, event);
    }

    @Test
    void aWrongLinkIsFound() {
        UUID event = scene.event(8);
        scene.tamper("update audit_link set previous_hash = sha256('x') where tenant_id = :tenant and seq = 8");
        expect(WRONG_LINK, 8, event);
    }

    @Test
    void aHashThatWasMadeToFitIsFoundBehindIt() {
        UUID event = scene.event(9);
        scene.tamper(
                "update audit_event set actor = 'x' where tenant_id = :tenant and id = " + EVENT_AT.formatted(8),
                "update audit_link set hash = decode('%s', 'hex') where tenant_id = :tenant and seq = 8"
                        .formatted(hashWith("x", 8)));
        expect(WRONG_LINK, 9, event);
    }

    @Test
    void aChainThatWasWrittenAnewContradictsItsCheckpoint() {
        scene.tamper("update audit_event set actor = 'x' where tenant_id = :tenant and id = " + EVENT_AT.formatted(8));
        for (int seq = 8; seq <= 12; seq++) {
            scene.tamper(
                    "update audit_link set previous_hash = decode('%s', 'hex') where tenant_id = :tenant and seq = %d"
                            .formatted(scene.hash(seq - 1), seq));
            scene.tamper("update audit_link set hash = decode('%s', 'hex') where tenant_id = :tenant and seq = %d"
                    .formatted(storedHash(seq), seq));
        }
        expect(CHECKPOINT_MISMATCH, 10, scene.event(10));
        assertThat(scene.verify().signedThrough()).isEqualTo(5);
    }

    @Test
    void aTailThatWasCutOffBeforeACheckpointIsFound() {
        scene.tamper(
                "delete from audit_event where tenant_id = :tenant and id in (select event_id from audit_link where tenant_id = :tenant and seq > 8)",
                "delete from audit_link where tenant_id = :tenant and seq > 8");
        expect(MISSING, 9, null);
    }

    @Test
    void aTailThatWasCutOffWithItsCheckpointIsFoundByTheFile() {
        scene.tamper(
                "delete from audit_event where tenant_id = :tenant and id in (select event_id from audit_link where tenant_id = :tenant and seq > 8)",
                "delete from audit_link where tenant_id = :tenant and seq > 8",
                "delete from audit_checkpoint where tenant_id = :tenant and seq > 8");
        expect(MISSING, 9, null);
    }

    @Test
    void aChainThatIsGoneIsFoundByTheFile() {
        scene.tamper(
                "delete from audit_event where tenant_id = :tenant",
                "delete from audit_link where tenant_id = :tenant",
                "delete from audit_checkpoint where tenant_id = :tenant");
        expect(MISSING, 1, null);
    }

    @Test
    void aBeginThatWasCutOffIsFound() {
        scene.tamper(
                "delete from audit_event where tenant_id = :tenant and id in (select event_id from audit_link where tenant_id = :tenant and seq <= 3)",
                "delete from audit_link where tenant_id = :tenant and seq <= 3");
        expect(MISSING, 1, null);
        scene.tamper(
                "delete from audit_event where tenant_id = :tenant and id in (select event_id from audit_link where tenant_id = :tenant and seq <= 5)",
                "delete from audit_link where tenant_id = :tenant and seq <= 5");
        expect(MISSING, 1, null);
    }

    @Test
    void aForgedSignatureIsFound() {
        scene.tamper(
                "update audit_checkpoint set signature = sha512(signature) where tenant_id = :tenant and seq = 10");
        expect(CHECKPOINT_SIGNATURE, 10, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"at = at - interval '1 s'", "hash = sha256('x')", "key_id = repeat('a', 64)"})
    void aChangedCheckpointIsFound(String change) {
        scene.tamper("update audit_checkpoint set " + change + " where tenant_id = :tenant and seq = 5");
        expect(CHECKPOINT_SIGNATURE, 5, null);
    }

    @Test
    void aLineOfTheFileThatACrashCutOffDoesNoHarm() throws IOException {
        var file = scene.bean(AuditDirectory.class).checkpoints(scene.tenant().id());
        Files.writeString(file, "{\"tenantId\": \"0", java.nio.file.StandardOpenOption.APPEND);
        scene.sign(Instant.now());
        assertThat(scene.verify().flaw()).isNull();
        assertThat(scene.verify().signedThrough()).isEqualTo(12);
    }

    private void expect(AuditFlawKind kind, long seq, @org.jspecify.annotations.Nullable UUID event) {
        var outcome = scene.verify();
        assertThat(outcome.intact()).isFalse();
        AuditFlaw flaw = Objects.requireNonNull(outcome.flaw());
        assertThat(flaw.kind()).as(flaw.detail()).isEqualTo(kind);
        assertThat(flaw.seq()).as(flaw.detail()).isEqualTo(seq);
        assertThat(flaw.eventId()).as(flaw.detail()).isEqualTo(event);
    }

    /** Past the sequencer: as if it had been written long ago. */
    private UUID insertEvent() {
        UUID event = Ids.next();
        scene.tamper("""
                insert into audit_event (tenant_id, id, at, actor_kind, actor, action, object_kind, object_id, written_by)
                values (:tenant, '%s', '2026-01-01T00:00:00Z', 'SYSTEM', 'nobody', 'thing.done', 'thing', 'x', '5')
                """.formatted(event));
        return event;
    }

    private void swap(long one, long other) {
        UUID first = scene.event(one);
        UUID second = scene.event(other);
        scene.tamper(
                "update audit_link set event_id = gen_random_uuid() where tenant_id = :tenant and seq = " + one,
                "update audit_link set event_id = '%s' where tenant_id = :tenant and seq = %d".formatted(first, other),
                "update audit_link set event_id = '%s' where tenant_id = :tenant and seq = %d".formatted(second, one));
    }

    /** The right hash of what is stored. */
    private String storedHash(long seq) {
        return ChainHash.of(scene.id(), stored(seq));
    }

    private String hashWith(String actor, long seq) {
        ChainedAuditEvent is = stored(seq);
        return ChainHash.of(
                scene.id(),
                new ChainedAuditEvent(
                        seq,
                        is.id(),
                        is.at(),
                        is.actorKind(),
                        actor,
                        is.action(),
                        is.objectKind(),
                        is.objectId(),
                        is.before(),
                        is.after(),
                        is.requestId(),
                        is.previousHash(),
                        ""));
    }

    private ChainedAuditEvent stored(long seq) {
        return scene.jdbc()
                .sql("""
                        select e.*, encode(l.previous_hash, 'hex') as previous
                        from audit_link l join audit_event e on (e.tenant_id, e.id) = (l.tenant_id, l.event_id)
                        where l.tenant_id = :tenant and l.seq = :seq
                        """)
                .param("tenant", scene.id())
                .param("seq", seq)
                .query((row, number) -> StoredEvents.read(row, seq, row.getString("previous"), ""))
                .single();
    }
}
