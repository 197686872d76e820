package org.maintenancemanager.core.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.ChainedAuditEvent;

/** Rows of the audit's tables as they are hashed, signed and exported. */
final class StoredEvents {
    private StoredEvents() {}

    /** A row with the columns of {@code audit_event}. */
    static ChainedAuditEvent read(ResultSet row, long seq, String previousHash, String hash) throws SQLException {
        return new ChainedAuditEvent(
                seq,
                row.getObject("id", UUID.class),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("actor_kind"),
                row.getString("actor"),
                row.getString("action"),
                row.getString("object_kind"),
                row.getString("object_id"),
                row.getString("before"),
                row.getString("after"),
                row.getString("request_id"),
                previousHash,
                hash);
    }

    /** A row with the columns of {@code audit_checkpoint}. */
    static AuditCheckpoint checkpoint(ResultSet row) throws SQLException {
        return checkpoint(row, "at");
    }

    /** @param at what the column {@code at} is called in this row */
    static AuditCheckpoint checkpoint(ResultSet row, String at) throws SQLException {
        return new AuditCheckpoint(
                row.getObject("tenant_id", UUID.class),
                row.getLong("seq"),
                HexFormat.of().formatHex(row.getBytes("hash")),
                row.getObject(at, OffsetDateTime.class).toInstant(),
                row.getString("key_id"),
                Base64.getEncoder().encodeToString(row.getBytes("signature")));
    }
}
