package org.maintenancemanager.core.access;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.maintenancemanager.api.admin.Tenant;
import org.maintenancemanager.api.admin.TenantChange;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.IanaZones;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The caller's own tenant; nobody sees another one. */
@Service
public class Tenants {
    private static final String KIND = "tenant";

    private static final ListQuery<Tenant> LIST = ListQuery.of(KIND, "tenant t", (row, number) -> tenant(row))
            .columns("t.*")
            .tenant("t.id")
            .id("t.id")
            .field("id", "t.id", FieldType.UUID)
            .field("name", "t.name", FieldType.TEXT)
            .field("state", "t.state", FieldType.oneOf("ACTIVE", "SUSPENDED"))
            .field("zone", "t.zone", FieldType.TEXT)
            .nullable("maxInFlight", "t.max_in_flight", FieldType.LONG)
            .field("inFlight", "t.in_flight", FieldType.LONG)
            .field("createdAt", "t.created_at", FieldType.INSTANT)
            .field("updatedAt", "t.updated_at", FieldType.INSTANT)
            .sort("name")
            .build();

    private final AuditLog audit;
    private final ChangeNotes notes;
    private final JdbcClient jdbc;

    Tenants(AuditLog audit, ChangeNotes notes, JdbcClient jdbc) {
        this.audit = audit;
        this.notes = notes;
        this.jdbc = jdbc;
    }

    public Page<Tenant> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** @throws NotFound if it is not the caller's own */
    public Tenant load(TenantId id) {
        return LIST.load(jdbc, CallContext.current().tenant(), id.value());
    }

    /**
     * @param revision that the caller saw
     * @param change gets what can be changed as it is now, and gives what it shall be
     */
    @Transactional
    public Tenant change(TenantId id, long revision, UnaryOperator<TenantChange> change) {
        load(id);
        jdbc.sql("select from tenant where id = :id for no key update")
                .param("id", id.value())
                .query((row, number) -> "")
                .list();
        Tenant before = load(id);
        if (before.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        TenantChange present = new TenantChange(before.zone(), before.maxInFlight());
        TenantChange wanted = change.apply(present);
        var problems = new Problems();
        if (problems.present("/zone", wanted.zone()) && !IanaZones.has(requireNonNull(wanted.zone()))) {
            problems.add("/zone", "is no IANA time zone; allowed are names such as Europe/Berlin or UTC");
        }
        problems.range("/maxInFlight", wanted.maxInFlight(), 0, Integer.MAX_VALUE);
        problems.throwIfAny();
        if (wanted.equals(present)) {
            return before;
        }
        jdbc.sql("""
                        update tenant
                        set zone = :zone, max_in_flight = :maxInFlight, window_version = window_version + 1,
                            updated_at = now(), version = version + 1
                        where id = :id
                        """)
                .param("zone", wanted.zone())
                .param("maxInFlight", wanted.maxInFlight())
                .param("id", id.value())
                .update();
        Tenant after = load(id);
        audit.record("tenant.changed", KIND, id, before, after);
        notes.tenantChanged(id);
        return after;
    }

    private static Tenant tenant(ResultSet row) throws SQLException {
        return new Tenant(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("state"),
                row.getString("zone"),
                row.getObject("max_in_flight", Integer.class),
                row.getInt("in_flight"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }
}
