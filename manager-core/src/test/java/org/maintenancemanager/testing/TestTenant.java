package org.maintenancemanager.testing;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A tenant of a test's own, so that tests on one database do not see each other's rows. */
public record TestTenant(TenantId id, JdbcClient jdbc) {
    public static TestTenant create(JdbcClient jdbc) {
        var id = new TenantId(Ids.next());
        jdbc.sql("insert into tenant (id, name) values (:id, :name)")
                .param("id", id.value())
                .param("name", "t-" + id)
                .update();
        return new TestTenant(id, jdbc);
    }

    /** Does it on behalf of an operator of this tenant; its unchecked exceptions come out as they are. */
    public <T> T as(Callable<T> work) {
        try {
            return new CallContext(id, CallContext.ActorKind.API_TOKEN, "tester", "request-1").call(work);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** On behalf of another operator than {@link #as}. */
    public <T> T asOther(String operator, Callable<T> work) {
        try {
            return new CallContext(id, CallContext.ActorKind.API_TOKEN, operator, "request-1").call(work);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public void run(Runnable work) {
        new CallContext(id, CallContext.ActorKind.API_TOKEN, "tester", "request-1").run(work);
    }

    public UUID site(String path, String zone) {
        UUID site = Ids.next();
        jdbc.sql("insert into site (tenant_id, id, path, name, zone) values (:tenant, :id, :path, :path, :zone)")
                .param("tenant", id.value())
                .param("id", site)
                .param("path", path)
                .param("zone", zone)
                .update();
        return site;
    }

    public UUID node(String name, UUID site) {
        UUID node = Ids.next();
        jdbc.sql("""
                        insert into node (tenant_id, id, name, site_id, architecture)
                        values (:tenant, :id, :name, :site, 'x86_64')
                        """)
                .param("tenant", id.value())
                .param("id", node)
                .param("name", name)
                .param("site", site)
                .update();
        return node;
    }

    /** What the audit says of an object, oldest first. */
    public List<String> audited(Object objectId) {
        return jdbc.sql("""
                        select action from audit_event
                        where tenant_id = :tenant and object_id = :object
                        order by at, id
                        """)
                .param("tenant", id.value())
                .param("object", objectId.toString())
                .query(String.class)
                .list();
    }
}
