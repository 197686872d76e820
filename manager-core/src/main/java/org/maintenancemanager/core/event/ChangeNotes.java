package org.maintenancemanager.core.event;

import java.util.Collection;
import java.util.UUID;
import java.util.stream.Collectors;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Tells every replica that facts it may hold in memory are stale. The note travels with the transaction: PostgreSQL
 * delivers it at commit, and never if it rolls back.
 *
 * <p>Payload: {@code <kind> <tenant> [<id>,<id>...]}.
 */
@Component
public class ChangeNotes {
    /** The name of the PostgreSQL notification channel. */
    public static final String CHANNEL = "maintmgr";

    /** A payload may have 8,000 bytes: kind and tenant take 45, an id 37. */
    private static final int IDS_PER_NOTE = 200;

    /** More nodes than this are cheaper forgotten all at once. */
    private static final int NODES_ONE_BY_ONE = 2000;

    private final JdbcClient jdbc;

    ChangeNotes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What the note is about. */
    public enum Kind {
        /** These nodes: their state, labels, credentials, block list, update or permit. No ids: all of the tenant. */
        NODES,
        /** Site tree, windows, freezes or budgets of the tenant. */
        TENANT,
        /** Campaigns, their waves or images. */
        CAMPAIGNS,
        /** API tokens. */
        API_TOKENS
    }

    /** To be called in the transaction that changes these nodes, or their credentials. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void nodesChanged(TenantId tenant, Collection<UUID> nodes) {
        if (nodes.size() > NODES_ONE_BY_ONE) {
            allNodesChanged(tenant);
            return;
        }
        UUID[] ids = nodes.toArray(UUID[]::new);
        for (int from = 0; from < ids.length; from += IDS_PER_NOTE) {
            String list = java.util.Arrays.stream(ids, from, Math.min(from + IDS_PER_NOTE, ids.length))
                    .map(UUID::toString)
                    .collect(Collectors.joining(","));
            send(Kind.NODES.name() + ' ' + tenant + ' ' + list);
        }
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public void allNodesChanged(TenantId tenant) {
        send(Kind.NODES.name() + ' ' + tenant);
    }

    /** To be called in the transaction that changes sites, windows, freezes or budgets. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void tenantChanged(TenantId tenant) {
        send(Kind.TENANT.name() + ' ' + tenant);
    }

    /** To be called in the transaction that changes campaigns, waves, or images that campaigns may use. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void campaignsChanged(TenantId tenant) {
        send(Kind.CAMPAIGNS.name() + ' ' + tenant);
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public void apiTokensChanged(TenantId tenant) {
        send(Kind.API_TOKENS.name() + ' ' + tenant);
    }

    private void send(String payload) {
        jdbc.sql("select pg_notify(:channel, :payload)")
                .param("channel", CHANNEL)
                .param("payload", payload)
                .query((row, number) -> "")
                .list();
    }
}
