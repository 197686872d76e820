package org.maintenancemanager.core.access;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AccessGrant;
import org.maintenancemanager.core.access.Caller.Grant;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Which roles somebody has where: how they are checked, written, and read together with whom they belong to. */
@Component
class StoredGrants {
    private static final int MOST = 100;
    private static final Pattern ROLE = Pattern.compile(
            String.join("|", Arrays.stream(Role.values()).map(Role::word).toList()));

    private final JdbcClient jdbc;

    StoredGrants(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A column {@code grants}.
     *
     * @param owner the condition that ties {@code g}, an {@code access_grant}, to its owner
     */
    static String column(String owner) {
        return column("grants", owner);
    }

    /** Another such column, of those grants alone that the condition holds for. */
    static String column(String name, String owner) {
        return """
                array(select g.role || coalesce(' ' || gs.path, '')
                      from access_grant g
                      left join site gs on gs.tenant_id = g.tenant_id and gs.id = g.site_id
                      where %s
                      order by 1) as %s
                """.formatted(owner, name);
    }

    static List<Grant> of(ResultSet row) throws SQLException {
        return of(row, "grants");
    }

    private static List<Grant> of(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        List<Grant> grants = new ArrayList<>();
        for (String text : (String[]) array.getArray()) {
            int blank = text.indexOf(' ');
            String role = blank < 0 ? text : text.substring(0, blank);
            grants.add(new Grant(
                    Role.of(role).orElseThrow(() -> new IllegalStateException("expected a role, found " + role)),
                    blank < 0 ? null : text.substring(blank + 1)));
        }
        return grants;
    }

    /** As the API shows them. */
    static List<AccessGrant> shown(ResultSet row) throws SQLException {
        return shown(row, "grants");
    }

    static List<AccessGrant> shown(ResultSet row, String column) throws SQLException {
        return of(row, column).stream()
                .map(grant -> new AccessGrant(grant.role().word(), grant.site()))
                .toList();
    }

    static void check(Problems problems, String pointer, @Nullable List<AccessGrant> grants) {
        if (grants == null) {
            return;
        }
        if (grants.size() > MOST) {
            problems.add(pointer, "has %d entries; at most %d are allowed".formatted(grants.size(), MOST));
            return;
        }
        Set<AccessGrant> seen = new LinkedHashSet<>();
        for (int i = 0; i < grants.size(); i++) {
            AccessGrant grant = grants.get(i);
            String at = pointer + "/" + i;
            if (!problems.present(at, grant)) {
                continue;
            }
            if (problems.present(at + "/role", grant.role())) {
                problems.form(at + "/role", grant.role(), ROLE, "one of " + Role.words());
            }
            if (!seen.add(grant)) {
                problems.add(at, "stands twice in the list");
            }
        }
    }

    /** Writes grants that were checked; the sites must be there. */
    void put(
            TenantId tenant,
            @Nullable UUID person,
            @Nullable UUID apiToken,
            String pointer,
            @Nullable List<AccessGrant> grants) {
        if (grants == null || grants.isEmpty()) {
            return;
        }
        @Nullable String[] paths = grants.stream().map(AccessGrant::site).toArray(String[]::new);
        List<Boolean> there = jdbc.sql("""
                        select w.path is null or s.id is not null
                        from unnest(cast(:paths as text[])) with ordinality as w (path, number)
                        left join site s on s.tenant_id = :tenant and s.path = w.path
                        order by w.number
                        """)
                .param("paths", paths)
                .param("tenant", tenant.value())
                .query(Boolean.class)
                .list();
        var problems = new Problems();
        for (int i = 0; i < paths.length; i++) {
            if (!there.get(i)) {
                problems.add(pointer + "/" + i + "/site", "there is no site '%s'".formatted(paths[i]));
            }
        }
        problems.throwIfAny();
        jdbc.sql("""
                        insert into access_grant (tenant_id, person_id, api_token_id, role, site_id)
                        select :tenant, cast(:person as uuid), cast(:apiToken as uuid), w.role, s.id
                        from unnest(cast(:roles as text[]), cast(:paths as text[])) as w (role, path)
                        left join site s on s.tenant_id = :tenant and s.path = w.path
                        """)
                .param("tenant", tenant.value())
                .param("person", person)
                .param("apiToken", apiToken)
                .param("roles", grants.stream().map(AccessGrant::role).toArray(String[]::new))
                .param("paths", paths)
                .update();
    }

    /** Replaces what a provider vouched for before. A site that is not there is left out: nobody gets more by it. */
    void replaceVouched(TenantId tenant, UUID person, List<Grant> grants) {
        jdbc.sql("""
                        delete from access_grant
                        where tenant_id = :tenant and person_id = :person and origin = 'PROVIDER'
                        """).param("tenant", tenant.value()).param("person", person).update();
        @Nullable String[] paths = grants.stream().map(Grant::site).toArray(String[]::new);
        jdbc.sql("""
                        insert into access_grant (tenant_id, person_id, role, site_id, origin)
                        select :tenant, :person, w.role, s.id, 'PROVIDER'
                        from unnest(cast(:roles as text[]), cast(:paths as text[])) as w (role, path)
                        left join site s on s.tenant_id = :tenant and s.path = w.path
                        where w.path is null or s.id is not null
                        on conflict do nothing
                        """)
                .param("tenant", tenant.value())
                .param("person", person)
                .param(
                        "roles",
                        grants.stream().map(grant -> grant.role().word()).toArray(String[]::new))
                .param("paths", paths)
                .update();
    }
}
