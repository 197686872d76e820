package org.maintenancemanager.core.event;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells every replica that facts it may hold in memory are stale. The note travels with the transaction: PostgreSQL
 * delivers it at commit, and never if it rolls back.
 *
 * <p>This replica's own listeners are told right after the commit, so that whoever changed something sees it at once; the
 * others hear of it from PostgreSQL. Payload: {@code <replica> <kind> <tenant> [<id>,<id>...]}.
 */
@Component
public class ChangeNotes {
    /** The name of the PostgreSQL notification channel. */
    public static final String CHANNEL = "maintmgr";

    /** A payload may have 8,000 bytes: replica, kind and tenant take 90, an id 37. */
    private static final int IDS_PER_NOTE = 200;

    /** More nodes than this are cheaper forgotten all at once. */
    private static final int NODES_ONE_BY_ONE = 2000;

    /** Tells the notes of this replica from those of others, which may run in the same process. */
    private final String replica = UUID.randomUUID().toString();

    private final JdbcClient jdbc;
    private final ObjectProvider<ChangeListener> listeners;

    ChangeNotes(JdbcClient jdbc, ObjectProvider<ChangeListener> listeners) {
        this.jdbc = jdbc;
        this.listeners = listeners;
    }

    String replica() {
        return replica;
    }

    /** What the note is about. */
    public enum Kind {
        /** These nodes: their state, labels, credentials, block list, update or permit. No ids: all of the tenant. */
        NODES,
        /** Site tree, windows, freezes or budgets of the tenant. */
        TENANT,
        /** Campaigns, their waves or images. */
        CAMPAIGNS,
        /** API tokens, people, sessions, and what they may do. */
        API_TOKENS
    }

    /** To be called in the transaction that changes these nodes, or their credentials. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void nodesChanged(TenantId tenant, Collection<UUID> nodes) {
        if (nodes.size() > NODES_ONE_BY_ONE) {
            allNodesChanged(tenant);
            return;
        }
        List<UUID> ids = List.copyOf(nodes);
        for (int from = 0; from < ids.size(); from += IDS_PER_NOTE) {
            send(Kind.NODES, tenant, ids.subList(from, Math.min(from + IDS_PER_NOTE, ids.size())));
        }
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public void allNodesChanged(TenantId tenant) {
        send(Kind.NODES, tenant, List.of());
    }

    /** To be called in the transaction that changes sites, windows, freezes or budgets. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void tenantChanged(TenantId tenant) {
        send(Kind.TENANT, tenant, List.of());
    }

    /** To be called in the transaction that changes campaigns, waves, or images that campaigns may use. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void campaignsChanged(TenantId tenant) {
        send(Kind.CAMPAIGNS, tenant, List.of());
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public void apiTokensChanged(TenantId tenant) {
        send(Kind.API_TOKENS, tenant, List.of());
    }

    private void send(Kind kind, TenantId tenant, List<UUID> ids) {
        String payload = replica + ' ' + kind + ' ' + tenant;
        if (!ids.isEmpty()) {
            payload += ids.stream().map(UUID::toString).collect(Collectors.joining(",", " ", ""));
        }
        jdbc.sql("select pg_notify(:channel, :payload)")
                .param("channel", CHANNEL)
                .param("payload", payload)
                .query((row, number) -> "")
                .list();
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                listeners.forEach(listener -> listener.changed(kind, tenant, ids));
            }
        });
    }
}
