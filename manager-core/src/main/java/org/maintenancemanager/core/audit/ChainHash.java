package org.maintenancemanager.core.audit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.ChainedAuditEvent;

/**
 * The bytes that are hashed and signed, as docs/audit.md defines them: each field behind its length in four bytes, big
 * endian; a field that is absent has the length -1. So no two events have the same bytes.
 */
final class ChainHash {
    /** What the first event of a tenant goes on from. */
    static final String ZERO = "0".repeat(64);

    private static final String EVENT = "maintenance-manager audit event 1";
    private static final String CHECKPOINT = "maintenance-manager audit checkpoint 1";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    private final DataOutputStream out = new DataOutputStream(bytes);

    private ChainHash() {}

    /** The hash of an event at the number that it says, going on from the hash that it says, as 64 hex digits. */
    static String of(UUID tenant, ChainedAuditEvent event) {
        return of(tenant, event, event.seq(), event.previousHash());
    }

    /** The hash that the event would have at another place. */
    static String of(UUID tenant, ChainedAuditEvent event, long seq, String previousHash) {
        var form = new ChainHash();
        form.text(EVENT);
        form.uuid(tenant);
        form.number(seq);
        form.uuid(event.id());
        form.number(micros(event.at()));
        form.text(event.actorKind());
        form.text(event.actor());
        form.text(event.action());
        form.text(event.objectKind());
        form.text(event.objectId());
        form.text(event.before());
        form.text(event.after());
        form.text(event.requestId());
        MessageDigest sha256 = sha256();
        sha256.update(HexFormat.of().parseHex(previousHash));
        return HexFormat.of().formatHex(sha256.digest(form.bytes.toByteArray()));
    }

    /** What a checkpoint's signature is over. */
    static byte[] signedBytes(AuditCheckpoint checkpoint) {
        var form = new ChainHash();
        form.text(CHECKPOINT);
        form.uuid(checkpoint.tenantId());
        form.number(checkpoint.seq());
        form.field(HexFormat.of().parseHex(checkpoint.hash()));
        form.number(micros(checkpoint.at()));
        form.text(checkpoint.keyId());
        return form.bytes.toByteArray();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private void text(@Nullable String value) {
        field(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    private void uuid(UUID value) {
        try {
            out.writeInt(2 * Long.BYTES);
            out.writeLong(value.getMostSignificantBits());
            out.writeLong(value.getLeastSignificantBits());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    private void number(long value) {
        try {
            out.writeInt(Long.BYTES);
            out.writeLong(value);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    private void field(byte @Nullable [] value) {
        try {
            out.writeInt(value == null ? -1 : value.length);
            if (value != null) {
                out.write(value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }
}
