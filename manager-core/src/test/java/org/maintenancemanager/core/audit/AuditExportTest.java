package org.maintenancemanager.core.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.api.admin.AuditFlawKind;
import org.maintenancemanager.api.admin.AuditVerification;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.testing.CoreTest;
import org.springframework.context.ApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@CoreTest
class AuditExportTest {
    private final AuditScene scene;
    private final TrustedKeys keys;

    @TempDir
    private Path directory = Path.of("");

    AuditExportTest(ApplicationContext context, TrustedKeys keys) {
        this.scene = AuditScene.create(context);
        this.keys = keys;
    }

    @Test
    void othersCanVerifyItByTheDocumentationAlone() throws Exception {
        scene.write(5);
        scene.chain();
        scene.write(4);
        scene.chain();
        scene.sign(Instant.now());
        scene.write(1);
        scene.chain();

        List<String> lines = export(null, null);

        assertThat(lines).hasSize(1 + 10 + 2 + 1);
        assertThat(new IndependentVerifier(keys.published().getFirst().publicKey()).check(lines))
                .isEqualTo("10 events up to 10, signed up to 9");
        List<String> changed = new ArrayList<>(lines);
        changed.replaceAll(line -> line.replace("Zürich 3", "Zürich 4"));
        assertThat(new IndependentVerifier(keys.published().getFirst().publicKey()).check(changed))
                .startsWith("wrong hash at");
        AuditVerification outcome = inspect(lines);
        assertThat(outcome.flaw()).isNull();
        assertThat(outcome.events()).isEqualTo(10);
        assertThat(outcome.signedThrough()).isEqualTo(9);
    }

    @Test
    void manyPagesAreOneExport() throws IOException {
        scene.jdbc().sql("""
                        insert into audit_event (tenant_id, actor_kind, actor, action, object_kind, object_id)
                        select :tenant, 'SYSTEM', 'test', 'thing.done', 'thing', i::text from generate_series(1, 3000) i
                        """).param("tenant", scene.id()).update();
        scene.chain();
        List<String> lines = export(null, null);
        assertThat(inspect(lines).events()).isEqualTo(3000);
        assertThat(inspect(lines).flaw()).isNull();
    }

    @Test
    void periodIsAStretchOfTheChain() throws IOException {
        scene.write(3);
        Instant begin = now();
        scene.write(4);
        Instant end = now();
        scene.write(2);
        scene.chain();

        AuditVerification outcome = inspect(export(begin, end));

        assertThat(outcome.flaw()).isNull();
        assertThat(outcome.startSeq()).isEqualTo(3);
        assertThat(outcome.lastSeq()).isEqualTo(7);
        AuditVerification nothing =
                inspect(export(Instant.parse("2001-01-01T00:00:00Z"), Instant.parse("2001-01-02T00:00:00Z")));
        assertThat(nothing.flaw()).isNull();
        assertThat(nothing.events()).isZero();
    }

    @Test
    void flawsOfAFileAreNamed() throws IOException {
        scene.write(6);
        scene.chain();
        List<String> lines = export(null, null);

        expect(AuditFlawKind.TRUNCATED, 7, lines, text -> text.substring(0, text.indexOf("{\"trailer\"")));
        expect(AuditFlawKind.TRUNCATED, 6, lines, text -> text.substring(0, text.lastIndexOf("{\"event\"") + 40));
        expect(AuditFlawKind.TRUNCATED, 0, lines, text -> text.substring(text.indexOf('\n') + 1));
        expect(AuditFlawKind.MISSING, 4, lines, text -> text.replace(lines.get(4) + "\n", ""));
        // The sixth event with the checkpoint behind it: only the trailer knows.
        expect(
                AuditFlawKind.MISSING,
                6,
                lines,
                text -> text.replace(lines.get(6) + "\n", "").replace(lines.get(7) + "\n", ""));
        expect(
                AuditFlawKind.REORDERED,
                5,
                lines,
                text -> text.replace(lines.get(4) + "\n", lines.get(4) + "\n" + lines.get(3) + "\n"));
        expect(AuditFlawKind.CHANGED, 2, lines, text -> text.replace("\"s-1\"", "\"s-9\""));
        expect(AuditFlawKind.WRONG_LINK, 1, lines, text -> text.replace("\"startHash\":\"00", "\"startHash\":\"11"));
    }

    @Test
    void checkpointsThatSomebodyKeptConvictARewrittenExport() throws IOException {
        scene.write(4);
        scene.chain();
        Path kept = Files.copy(
                scene.bean(AuditDirectory.class).checkpoints(scene.tenant().id()), directory.resolve("kept"));
        // With rights to everything in the database: another history, with all hashes right, and no checkpoint.
        scene.tamper(
                "delete from audit_link where tenant_id = :tenant",
                "delete from audit_checkpoint where tenant_id = :tenant",
                "update audit_event set actor = 'x' where tenant_id = :tenant",
                "update audit_progress set written_by = '0', at = '-infinity'");
        scene.chainUnsigned();
        List<String> lines = export(null, null);

        assertThat(inspect(lines).flaw()).as("it is consistent in itself").isNull();
        var flaw = Objects.requireNonNull(new AuditInspection(keys)
                .ofExport(file(String.join("\n", lines)), kept)
                .flaw());
        assertThat(flaw.kind()).isEqualTo(AuditFlawKind.CHECKPOINT_MISMATCH);
    }

    @Test
    void periodThatEndsBeforeItBeginsIsRefused() {
        assertThatThrownBy(() -> export(Instant.parse("2026-01-02T00:00:00Z"), Instant.parse("2026-01-01T00:00:00Z")))
                .isInstanceOfSatisfying(
                        InvalidInput.class,
                        invalid -> assertThat(invalid.problems())
                                .extracting(FieldProblem::pointer)
                                .containsExactly("/from"));
    }

    @Test
    void oneAtATimeForATenant() throws IOException {
        scene.write(1);
        scene.chain();
        var verifier = scene.bean(AuditVerifier.class);
        List<Boolean> outcomes = new ArrayList<>();
        var exporter = scene.bean(AuditExport.class);
        boolean written = scene.tenant()
                .as(() -> exporter.write(null, null, () -> {
                    outcomes.add(scene.tenant().as(verifier::verify).isPresent());
                    outcomes.add(scene.tenant().as(() -> exporter.write(null, null, ByteArrayOutputStream::new)));
                    return new ByteArrayOutputStream();
                }));
        assertThat(written).isTrue();
        assertThat(outcomes).containsExactly(false, false);
        assertThat(scene.tenant().as(verifier::verify)).isPresent();
    }

    private void expect(AuditFlawKind kind, long seq, List<String> lines, UnaryOperator<String> spoil)
            throws IOException {
        String text = String.join("\n", lines) + "\n";
        String spoilt = spoil.apply(text);
        assertThat(spoilt).isNotEqualTo(text);
        var flaw = Objects.requireNonNull(
                new AuditInspection(keys).ofExport(file(spoilt), null).flaw());
        assertThat(flaw.kind()).as(flaw.detail()).isEqualTo(kind);
        assertThat(flaw.seq()).as(flaw.detail()).isEqualTo(seq);
    }

    private AuditVerification inspect(List<String> lines) throws IOException {
        return new AuditInspection(keys).ofExport(file(String.join("\n", lines) + "\n"), null);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("export.ndjson"), text);
    }

    private List<String> export(@Nullable Instant from, @Nullable Instant until) {
        var out = new ByteArrayOutputStream();
        boolean written = scene.tenant().as(() -> scene.bean(AuditExport.class).write(from, until, () -> out));
        assertThat(written).isTrue();
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private Instant now() {
        return scene.jdbc()
                .sql("select clock_timestamp()")
                .query((row, number) -> row.getObject(1, java.time.OffsetDateTime.class))
                .single()
                .toInstant();
    }

    /** What somebody would write who has nothing but docs/audit.md, an export and the public key. */
    private record IndependentVerifier(PublicKey key) {
        private static final JsonMapper JSON = JsonMapper.shared();

        IndependentVerifier(String pem) throws Exception {
            this(KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder()
                            .decode(pem.replaceAll("-----[A-Z ]+-----", "").strip()))));
        }

        String check(List<String> lines) throws Exception {
            JsonNode header = JSON.readTree(lines.getFirst()).get("header");
            String tenant = header.get("tenantId").asString();
            long seq = header.get("startSeq").asLong();
            String hash = header.get("startHash").asString();
            long signed = 0;
            int events = 0;
            for (String line : lines.subList(1, lines.size() - 1)) {
                JsonNode root = JSON.readTree(line);
                if (root.has("event")) {
                    JsonNode event = root.get("event");
                    seq++;
                    hash = hash(tenant, seq, hash, event);
                    if (event.get("seq").asLong() != seq
                            || !event.get("hash").asString().equals(hash)) {
                        return "wrong hash at " + seq;
                    }
                    events++;
                } else {
                    JsonNode checkpoint = root.get("checkpoint");
                    if (!checkpoint.get("hash").asString().equals(hash) || !isSigned(checkpoint)) {
                        return "wrong checkpoint at " + seq;
                    }
                    signed = checkpoint.get("seq").asLong();
                }
            }
            JsonNode trailer = JSON.readTree(lines.getLast()).get("trailer");
            return trailer.get("events").asLong() == events
                            && trailer.get("lastHash").asString().equals(hash)
                    ? "%d events up to %d, signed up to %d".formatted(events, seq, signed)
                    : "wrong trailer";
        }

        private static String hash(String tenant, long seq, String previous, JsonNode event) throws Exception {
            var bytes = new ByteArrayOutputStream();
            var out = new DataOutputStream(bytes);
            field(out, "maintenance-manager audit event 1".getBytes(StandardCharsets.UTF_8));
            field(out, uuid(tenant));
            field(out, HexFormat.of().parseHex("%016x".formatted(seq)));
            field(out, uuid(event.get("id").asString()));
            field(out, micros(event));
            for (String name :
                    List.of("actorKind", "actor", "action", "objectKind", "objectId", "before", "after", "requestId")) {
                field(out, event.has(name) ? event.get(name).asString().getBytes(StandardCharsets.UTF_8) : null);
            }
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(HexFormat.of().parseHex(previous));
            sha256.update(bytes.toByteArray());
            return HexFormat.of().formatHex(sha256.digest());
        }

        private boolean isSigned(JsonNode checkpoint) throws Exception {
            var bytes = new ByteArrayOutputStream();
            var out = new DataOutputStream(bytes);
            field(out, "maintenance-manager audit checkpoint 1".getBytes(StandardCharsets.UTF_8));
            field(out, uuid(checkpoint.get("tenantId").asString()));
            field(
                    out,
                    HexFormat.of()
                            .parseHex("%016x".formatted(checkpoint.get("seq").asLong())));
            field(out, HexFormat.of().parseHex(checkpoint.get("hash").asString()));
            field(out, micros(checkpoint));
            field(out, checkpoint.get("keyId").asString().getBytes(StandardCharsets.UTF_8));
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(bytes.toByteArray());
            return signature.verify(
                    Base64.getDecoder().decode(checkpoint.get("signature").asString()));
        }

        private static byte[] uuid(String text) {
            UUID uuid = UUID.fromString(text);
            return HexFormat.of().parseHex(uuid.toString().replace("-", ""));
        }

        private static byte[] micros(JsonNode node) {
            long micros = ChronoUnit.MICROS.between(
                    Instant.EPOCH, Instant.parse(node.get("at").asString()));
            return HexFormat.of().parseHex("%016x".formatted(micros));
        }

        private static void field(DataOutputStream out, byte @Nullable [] value) throws IOException {
            out.writeInt(value == null ? -1 : value.length);
            if (value != null) {
                out.write(value);
            }
        }
    }
}
