package org.maintenancemanager.core.access;

import java.util.UUID;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Reach;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** At which site an object lies. Asked before a call on one object whose caller may not go everywhere. */
@Component
public class SiteObjects {
    private final JdbcClient jdbc;

    SiteObjects(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What lies at a site. */
    public enum Kind {
        SITE("site s where s.tenant_id = :tenant and s.id = :id"),
        NODE("""
                node o join site s on s.tenant_id = o.tenant_id and s.id = o.site_id
                where o.tenant_id = :tenant and o.id = :id"""),
        NODE_UPDATE("""
                node_update o
                join node n on n.tenant_id = o.tenant_id and n.id = o.node_id
                join site s on s.tenant_id = n.tenant_id and s.id = n.site_id
                where o.tenant_id = :tenant and o.id = :id"""),
        PERMIT("""
                permit o
                join node n on n.tenant_id = o.tenant_id and n.id = o.node_id
                join site s on s.tenant_id = n.tenant_id and s.id = n.site_id
                where o.tenant_id = :tenant and o.id = :id"""),
        BUDGET("""
                budget o join site s on s.tenant_id = o.tenant_id and s.id = o.site_id
                where o.tenant_id = :tenant and o.id = :id"""),
        ENROLLMENT_TOKEN("""
                enrollment_token o join site s on s.tenant_id = o.tenant_id and s.id = o.site_id
                where o.tenant_id = :tenant and o.id = :id""");

        private final String from;

        Kind(String from) {
            this.from = from;
        }
    }

    /** Whether there is such an object, and its site lies within. */
    public boolean isWithin(Kind kind, TenantId tenant, UUID id, Reach reach) {
        return CallContext.system(tenant, "admission")
                .get(() -> jdbc.sql("""
                        select exists (
                            select from %s
                              and exists (select from unnest(cast(:sites as text[])) r
                                          where s.path = r or starts_with(s.path, r || '/')))
                        """.formatted(kind.from))
                        .param("tenant", tenant.value())
                        .param("id", id)
                        .param("sites", reach.sites().toArray(String[]::new))
                        .query(Boolean.class)
                        .single());
    }
}
