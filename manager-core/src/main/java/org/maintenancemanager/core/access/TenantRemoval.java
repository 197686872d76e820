package org.maintenancemanager.core.access;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Deletes the data of tenants whose time has come: every table with a {@code tenant_id}, those that refer to others first,
 * in batches that each commit. Killed at any moment, it goes on with the next run. The audit and the tenant's row stay, the
 * name is free again.
 */
@Component
public class TenantRemoval {
    private static final Logger LOG = LoggerFactory.getLogger(TenantRemoval.class);
    private static final int BATCH = 10_000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final AuditLog audit;
    private final ChangeNotes notes;

    TenantRemoval(JdbcClient jdbc, TransactionTemplate transactions, AuditLog audit, ChangeNotes notes) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.audit = audit;
        this.notes = notes;
    }

    public void run() {
        List<TenantId> due = EveryTenant.get(() -> jdbc.sql("""
                        select id from tenant where delete_at <= now() and state = 'SUSPENDED' order by id
                        """)
                .query((row, number) -> new TenantId(row.getObject("id", UUID.class)))
                .list());
        for (TenantId tenant : due) {
            try {
                CallContext.system(tenant, "tenant removal").run(() -> remove(tenant));
            } catch (RuntimeException e) {
                LOG.warn("tenant {} could not be deleted; it is tried again", tenant, e);
            }
        }
    }

    private void remove(TenantId tenant) {
        for (String table : tables()) {
            int deleted;
            do {
                Integer batch = transactions.execute(status -> isDue(tenant) ? deleteBatch(tenant, table) : -1);
                deleted = batch == null ? 0 : batch;
                if (deleted < 0) {
                    LOG.info("tenant {} was restored in the middle of its deletion", tenant);
                    return;
                }
            } while (deleted == BATCH);
        }
        transactions.executeWithoutResult(status -> {
            int ended = jdbc.sql("""
                            update tenant
                            set state = 'DELETED', name = 'deleted-' || id, delete_at = null, in_flight = 0,
                                updated_at = now(), version = version + 1
                            where id = :tenant and delete_at <= now() and state = 'SUSPENDED'
                            """).param("tenant", tenant.value()).update();
            if (ended == 1) {
                audit.record("tenant.deleted", "tenant", tenant, null, Map.of("state", "DELETED"));
                notes.allNodesChanged(tenant);
                notes.tenantChanged(tenant);
                notes.campaignsChanged(tenant);
                notes.apiTokensChanged(tenant);
                LOG.info("tenant {} was deleted; its audit stays", tenant);
            }
        });
    }

    /** Also keeps somebody from restoring it while the batch is deleted. */
    private boolean isDue(TenantId tenant) {
        return jdbc.sql("""
                        select true from tenant
                        where id = :tenant and delete_at <= now() and state = 'SUSPENDED'
                        for no key update
                        """)
                .param("tenant", tenant.value())
                .query(Boolean.class)
                .optional()
                .isPresent();
    }

    private int deleteBatch(TenantId tenant, String table) {
        return jdbc.sql("""
                        delete from %1$s
                        where ctid in (select ctid from %1$s where tenant_id = :tenant limit :batch)
                        """.formatted(table))
                .param("tenant", tenant.value())
                .param("batch", BATCH)
                .update();
    }

    /** Those with a tenant but the audit's; one that refers to another comes before it. */
    private List<String> tables() {
        record Reference(String from, String to) {}
        List<String> left = new ArrayList<>(jdbc.sql("""
                        select c.oid::regclass::text
                        from pg_class c
                        join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
                        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
                          and c.relname not like 'audit%'
                        order by 1
                        """).query(String.class).list());
        List<Reference> references = jdbc.sql("""
                        select conrelid::regclass::text as referring, confrelid::regclass::text as referred
                        from pg_constraint where contype = 'f' and conrelid <> confrelid
                        """)
                .query((row, number) -> new Reference(row.getString("referring"), row.getString("referred")))
                .list();
        Map<String, Set<String>> referring = new HashMap<>();
        references.forEach(reference ->
                referring.computeIfAbsent(reference.to, to -> new HashSet<>()).add(reference.from));
        List<String> ordered = new ArrayList<>();
        while (!left.isEmpty()) {
            List<String> free = left.stream()
                    .filter(table ->
                            referring.getOrDefault(table, Set.of()).stream().noneMatch(left::contains))
                    .toList();
            if (free.isEmpty()) {
                throw new IllegalStateException("expected tables without a circle of references, found " + left);
            }
            ordered.addAll(free);
            left.removeAll(free);
        }
        return ordered;
    }
}
