package org.maintenancemanager.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.GuardedDatabase;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.StatementLog;
import org.maintenancemanager.testing.TestDatabase;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** The second lock: what PostgreSQL shows when the first one, the tenant in a statement's condition, was forgotten. */
@NullMarked
@CoreTest
class RowSecurityTest {
    /** Whose work begins before a tenant is known, or is for all tenants at once. Think twice before adding to it. */
    private static final List<String> MAY_SEE_EVERY_TENANT = List.of(
            "access.ApiTokenDirectory",
            "access.FirstApiToken",
            "access.IdempotentAnswers",
            "access.LogIns",
            "access.ManagedTenants",
            "access.SessionDirectory",
            "access.Sessions",
            "access.TenantRemoval",
            "audit.AuditGauges",
            "audit.AuditRetention",
            "audit.AuditSequencer",
            "audit.CheckpointWriter",
            "audit.KeptCheckpoints",
            "calendar.CalendarFeeds",
            "calendar.Calendars",
            "campaign.CampaignBoard",
            "campaign.CampaignClockwork",
            "campaign.PolicyClockwork",
            "client.DdiGateways",
            "event.Retention",
            "forecast.Forecasts",
            "node.Credentials",
            "node.Enrollment",
            "quota.TenantGate",
            "restore.AfterRestore",
            "update.DownloadTurns",
            "update.FleetRules",
            "update.HardwareTimings",
            "update.NodeDirectory",
            "update.UpdateClockwork");

    /** Of the tests: as the owner. */
    private final JdbcClient owner;
    /** Of the core: under the role. */
    private final JdbcClient guarded;

    private final TestDatabase.Connect connect;
    private final TransactionTemplate transactions;

    RowSecurityTest(
            JdbcClient owner, StatementLog database, TestDatabase.Connect connect, TransactionTemplate transactions) {
        this.owner = owner;
        this.guarded = JdbcClient.create(database);
        this.connect = connect;
        this.transactions = transactions;
    }

    @Test
    void everyTableOfTenantsIsUnderTheLock() {
        List<String> open = owner.sql("""
                        select c.relname::text
                        from pg_class c
                        left join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
                        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                          and (a.attname is not null or c.relname = 'tenant')
                          and not (c.relrowsecurity and c.relforcerowsecurity
                                   and exists (select from pg_policy p
                                               where p.polrelid = c.oid and p.polname = 'rows_of_tenant'
                                                 and p.polpermissive and p.polcmd = '*' and p.polroles = '{0}'
                                                 and pg_get_expr(p.polqual, p.polrelid) like '%row_tenant()%')
                                   and (select count(*) from pg_policy p where p.polrelid = c.oid) = 1)
                        order by 1
                        """).query(String.class).list();
        assertThat(open)
                .as(
                        "tables with a tenant_id that show their rows to every tenant; add to the migration that creates one:"
                                + " select protect('<table>');")
                .isEmpty();
    }

    @Test
    void coreOwnsNothingAndMayNotPassTheLock() {
        assertThat(EveryTenant.get(() -> guarded.sql("""
                        select current_user || ' ' || (rolsuper or rolbypassrls or rolcreaterole or rolcanlogin)
                        from pg_roles where rolname = current_user
                        """).query(String.class).single()))
                .isEqualTo("maintmgr_app false");
        assertThat(owner.sql("""
                        select count(*) from pg_class where relowner = 'maintmgr_app'::regrole
                        """).query(Long.class).single()).isZero();
        assertThatThrownBy(() -> guarded.sql("alter table node disable row level security")
                        .update())
                .isInstanceOf(DataAccessException.class);
        assertThatThrownBy(() -> EveryTenant.get(
                        () -> guarded.sql("delete from audit_event").update()))
                .rootCause()
                .hasMessageContaining("permission denied");
    }

    @Test
    void statementWithoutAConditionShowsNothingOfAnotherTenant() {
        TestTenant mine = TestTenant.create(owner);
        TestTenant other = TestTenant.create(owner);
        mine.site("/mine", "UTC");
        UUID theirs = other.site("/theirs", "UTC");

        assertThat(mine.as(() ->
                        guarded.sql("select path from site").query(String.class).list()))
                .containsExactly("/mine");
        assertThat(mine.as(() ->
                        guarded.sql("select id from tenant").query(UUID.class).list()))
                .containsExactly(mine.id().value());
        assertThat(mine.as(() -> guarded.sql("update site set name = 'taken'").update()))
                .isEqualTo(1);
        assertThat(mine.as(() -> guarded.sql("delete from site where id = :id")
                        .param("id", theirs)
                        .update()))
                .isZero();
        assertThat(other.as(() ->
                        guarded.sql("select name from site").query(String.class).list()))
                .containsExactly("/theirs");
    }

    @Test
    void nothingCanBeWrittenIntoAnotherTenant() {
        TestTenant mine = TestTenant.create(owner);
        TestTenant other = TestTenant.create(owner);
        UUID site = mine.site("/mine", "UTC");

        assertThatThrownBy(() -> mine.as(() ->
                        guarded.sql("""
                        insert into site (tenant_id, id, path, name, zone)
                        values (:tenant, gen_random_uuid(), '/x', 'x', 'UTC')
                        """).param("tenant", other.id().value()).update()))
                .rootCause()
                .hasMessageContaining("row-level security");
        assertThatThrownBy(() -> mine.as(() -> guarded.sql("update site set tenant_id = :tenant where id = :id")
                        .param("tenant", other.id().value())
                        .param("id", site)
                        .update()))
                .rootCause()
                .hasMessageContaining("row-level security");
    }

    @Test
    void statementWithoutContextFailsInsteadOfShowingNothing() {
        TestTenant.create(owner);
        assertThatThrownBy(() -> guarded.sql("select count(*) from tenant")
                        .query(Long.class)
                        .single())
                .rootCause()
                .hasMessageContaining("no tenant is set")
                .hasMessageContaining("EveryTenant");
    }

    @Test
    void tenantChangesWithinATransactionAndBackAfterItsEnd() {
        TestTenant first = TestTenant.create(owner);
        TestTenant second = TestTenant.create(owner);
        first.site("/first", "UTC");
        second.site("/second", "UTC");

        transactions.executeWithoutResult(status -> {
            assertThat(first.as(this::paths)).containsExactly("/first");
            assertThat(second.as(this::paths)).containsExactly("/second");
            assertThat(first.as(this::paths)).containsExactly("/first");
            status.setRollbackOnly();
        });
        // The pool hands out the same connection again, which took back what it had been told.
        assertThat(second.as(this::paths)).containsExactly("/second");
        first.run(() ->
                transactions.executeWithoutResult(status -> assertThat(paths()).containsExactly("/first")));
        assertThat(second.as(this::paths)).containsExactly("/second");
    }

    @Test
    void contextWithinEveryTenantNarrowsToItsTenant() {
        TestTenant first = TestTenant.create(owner);
        TestTenant second = TestTenant.create(owner);
        first.site("/first", "UTC");
        second.site("/second", "UTC");

        assertThat(EveryTenant.get(() -> first.as(this::paths))).containsExactly("/first");
        assertThat(first.as(() -> EveryTenant.get(this::paths))).contains("/first", "/second");
    }

    @Test
    void anotherThreadStartsWithoutATenant() {
        TestTenant tenant = TestTenant.create(owner);
        tenant.site("/mine", "UTC");
        assertThatThrownBy(() -> tenant.as(
                        () -> CompletableFuture.supplyAsync(this::paths).join()))
                .rootCause()
                .hasMessageContaining("no tenant is set");
    }

    /** Counts what is sent besides the statements of the core. */
    @Test
    void sameTenantAgainCostsNoRoundTrip() throws SQLException {
        TestTenant tenant = TestTenant.create(owner);
        var extra = new AtomicInteger();
        var counting = new DelegatingDataSource(connect.dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                return (Connection) Proxy.newProxyInstance(
                        Connection.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("createStatement")) {
                                extra.incrementAndGet();
                            }
                            return method.invoke(connection, arguments);
                        });
            }
        };
        try (Connection connection = new GuardedDatabase(counting, GuardedDatabase.ROLE).getConnection()) {
            int connected = extra.get();
            for (int i = 0; i < 3; i++) {
                tenant.as(() -> {
                    try (var statement = connection.prepareStatement("select path from site");
                            var rows = statement.executeQuery()) {
                        return rows.next();
                    }
                });
            }
            assertThat(extra.get() - connected).isEqualTo(1);
        }
    }

    @Test
    void onlyTheseSeeEveryTenant() {
        List<String> users = new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("org.maintenancemanager")
                        .stream()
                        .filter(type -> !type.getFullName().endsWith(".EveryTenant"))
                        .filter(type -> type.getDirectDependenciesFromSelf().stream()
                                .anyMatch(dependency -> dependency
                                        .getTargetClass()
                                        .getFullName()
                                        .endsWith(".tenant.EveryTenant")))
                        .map(JavaClass::getFullName)
                        .map(name ->
                                name.replace("org.maintenancemanager.core.", "").replaceAll("\\$.*", ""))
                        .distinct()
                        .sorted()
                        .toList();
        assertThat(users)
                .as("classes that see every tenant's rows; a new one is added here, knowingly")
                .isEqualTo(MAY_SEE_EVERY_TENANT);
    }

    private List<String> paths() {
        return guarded.sql("select path from site").query(String.class).list();
    }
}
