package org.maintenancemanager.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.testing.TestDatabase;
import org.springframework.jdbc.core.simple.JdbcClient;

@NullMarked
class SchemaTest {
    /** What no tenant owns. */
    private static final List<String> WITHOUT_TENANT =
            List.of("tenant", "server_epoch", "audit_progress", "flyway_schema_history");

    private final JdbcClient jdbc = JdbcClient.create(TestDatabase.create().dataSource());

    @Test
    void schemaIsTheGoldenOne() throws IOException {
        List<String> lines =
                jdbc.sql("""
                        select format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                                      case when a.attnotnull then ' not null' else '' end,
                                      case when d.adbin is null then ''
                                           else ' default ' || pg_get_expr(d.adbin, d.adrelid) end)
                        from pg_class c
                        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
                        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                          and c.relname <> 'flyway_schema_history'
                        union all
                        select format('%s constraint %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
                        from pg_constraint
                        where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'p', 'u')
                          and conrelid::regclass::text <> 'flyway_schema_history'
                        union all
                        select indexdef from pg_indexes
                        where schemaname = 'public' and tablename <> 'flyway_schema_history'
                        order by 1
                        """).query(String.class).list().stream().sorted().toList();
        Path golden = Path.of("../db/schema.golden.txt");
        if (Boolean.getBoolean("golden.update")) {
            Files.write(golden, lines);
        }
        assertThat(lines)
                .as("a changed schema: look at the difference, then run with -Dgolden.update=true")
                .containsExactlyElementsOf(Files.readAllLines(golden));
    }

    @Test
    void everyKeyStartsWithTheTenant() {
        List<String> others = jdbc.sql("""
                        select c.relname::text
                        from pg_class c
                        left join pg_index i on i.indrelid = c.oid and i.indisprimary
                        left join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
                        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                          and c.relname not like 'qrtz%'
                          and a.attname is distinct from 'tenant_id'
                        """).query(String.class).list();
        assertThat(others).containsExactlyInAnyOrderElementsOf(WITHOUT_TENANT);
    }

    @Test
    void auditIsInsertOnly() {
        jdbc.sql("""
                        insert into audit_event (tenant_id, actor_kind, actor, action, object_kind, object_id)
                        select id, 'SYSTEM', 'test', 'tenant.created', 'tenant', id::text from tenant
                        """).update();
        assertThat(assertThatThrownBy("delete from audit_event")).contains("insert-only");
        assertThat(assertThatThrownBy("update audit_event set actor = 'x'")).contains("insert-only");
    }

    @Test
    void newIdsSortByTimeAndAreVersion7() {
        List<String> ids = java.util.stream.Stream.generate(
                        () -> jdbc.sql("select pg_sleep(0.002), new_id()::text as id")
                                .query((row, number) -> row.getString("id"))
                                .single())
                .limit(3)
                .toList();
        assertThat(ids).isSorted().allSatisfy(id -> assertThat(id.charAt(14)).isEqualTo('7'));
    }

    @Test
    void testsRunOnDurablePostgres() {
        assertThat(jdbc.sql("show fsync").query(String.class).single()).isEqualTo("on");
        assertThat(jdbc.sql("show synchronous_commit").query(String.class).single())
                .isEqualTo("on");
    }

    private String assertThatThrownBy(String sql) {
        try {
            jdbc.sql(sql).update();
            return "no error";
        } catch (org.springframework.dao.DataAccessException e) {
            return String.valueOf(e.getMostSpecificCause().getMessage());
        }
    }
}
