package org.maintenancemanager.core.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.testing.TestDatabase;
import org.springframework.jdbc.core.simple.JdbcClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListQueryTest {
    private static final TenantId TENANT = TenantId.DEFAULT;
    private static final TenantId OTHER = new TenantId(new UUID(7, 7));

    private final JdbcClient jdbc = PlannedEachTime.over(TestDatabase.create().dataSource());

    private final ListQuery<String> nodes = ListQuery.of("node", "node n", (row, number) -> row.getString("name"))
            .join("s", "join site s on (s.tenant_id, s.id) = (n.tenant_id, n.site_id)")
            .join("h", "left join site h on (h.tenant_id, h.id) = (s.tenant_id, s.id) and h.path = '/eu'")
            .columns("n.name, s.path")
            .tenant("n.tenant_id")
            .id("n.id")
            .field("id", "n.id", FieldType.UUID)
            .field("name", "n.name", FieldType.TEXT)
            .field("state", "n.state", FieldType.oneOf(NodeState.class))
            .field("version", "n.version", FieldType.LONG)
            .field("createdAt", "n.created_at", FieldType.INSTANT)
            .field("share", "n.version / 10.0", FieldType.DECIMAL)
            .field("active", "n.state = 'ACTIVE'", FieldType.BOOLEAN)
            .nullable("hardware", "n.hardware", FieldType.TEXT)
            .nullable("home", "h.name", FieldType.TEXT)
            .keyed("label", "coalesce(n.labels ->> %s, n.node_labels ->> %s)", """
                    (n.tenant_id, n.id) in (select l.tenant_id, l.node_id from node_label l where l.key = %s and l.value%s)""")
            .sort("name")
            .build();

    @BeforeAll
    void insertNodes() {
        jdbc.sql("insert into tenant (id, name) values (?, 'other')")
                .param(OTHER.value())
                .update();
        for (TenantId tenant : List.of(TENANT, OTHER)) {
            jdbc.sql("""
                            insert into site (tenant_id, id, path, name, zone)
                            values (:tenant, :tenant, '/eu', 'Europe', 'Europe/Berlin')
                            """).param("tenant", tenant.value()).update();
        }
        // Versions repeat, so that the id has to break ties.
        jdbc.sql("""
                        insert into node (tenant_id, id, name, site_id, state, architecture, hardware, labels, node_labels,
                                          version, created_at)
                        select :tenant, new_id(), 'edge-' || lpad(i::text, 2, '0'), :tenant,
                               case when i % 5 = 0 then 'QUARANTINED' else 'ACTIVE' end, 'x86_64',
                               case when i % 2 = 0 then 'nuc' end,
                               case when i % 3 = 0 then '{"ring": "canary"}' else '{}' end::jsonb,
                               '{"ring": "stable"}', i % 4,
                               timestamptz '2026-01-01 00:00:00.123456+00' + i / 2 * interval '1 day'
                        from generate_series(1, 30) i
                        """).param("tenant", TENANT.value()).update();
        jdbc.sql("""
                        insert into node (tenant_id, id, name, site_id, architecture)
                        values (:tenant, new_id(), 'edge-01', :tenant, 'x86_64'), (:tenant, new_id(), '100%_\\', :tenant, 'x')
                        """).param("tenant", OTHER.value()).update();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            name==edge-07                                  | 1
            name==edge-0*                                  | 9
            name==*1                                       | 3
            name!=edge-0*                                  | 21
            name=in=(edge-01,edge-02,edge-3*)              | 3
            name=out=(edge-01,edge-02)                     | 28
            name=gt=edge-28                                | 2
            name=le=edge-02                                | 2
            name=="edge-07"                                | 1
            state==QUARANTINED                             | 6
            state=out=(ACTIVE,PENDING)                     | 6
            hardware==nuc                                  | 15
            hardware!=nuc                                  | 15
            label.ring==canary                             | 10
            label.ring==stable                             | 20
            label.other==x                                 | 0
            label.other!=x                                 | 30
            version=ge=2;version=lt=4                      | 15
            share=gt=0.15                                  | 15
            active==false                                  | 6
            createdAt=lt=2026-01-02T00:00:00Z              | 1
            createdAt==2026-01-02T01:00:00.123456+01:00    | 2
            name==edge-01,name==edge-02;version==1         | 1
            (name==edge-01,name==edge-02);version==2       | 1
            """)
    void filterFindsWhatItSays(String filter, int found) {
        assertThat(nodes.fetch(jdbc, TENANT, request(filter, null, null, 1000)).items())
                .hasSize(found);
        assertThat(nodes.count(jdbc, TENANT, filter, SqlCondition.ALWAYS)).isEqualTo(new ListQuery.Count(found, false));
    }

    @Test
    void specialCharactersOfLikeStandForThemselves() {
        assertThat(names(OTHER, "name==1*%_\\\\")).isEmpty();
        assertThat(names(OTHER, "name=='1*%_\\\\'")).containsExactly("100%_\\");
        assertThat(names(OTHER, "name==e%*")).isEmpty();
        assertThat(names(OTHER, "name==edge_*")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nam==x                         | position 1: unknown field 'nam'; allowed are id, name, state, version, createdAt, share, active, hardware, home, label.<key>
            name==x;stat==y                | position 9: unknown field 'stat'
            name=='stat==y';stat==y        | position 17: unknown field 'stat'
            label.==x                      | position 1: unknown field 'label.'
            state==RUNNING                 | position 1: 'RUNNING' is no value of 'state'; expected one of PENDING, ACTIVE, QUARANTINED, DECOMMISSIONED
            state=gt=ACTIVE                | position 1: 'state' has no order
            active=lt=true                 | position 1: 'active' has no order
            id==7                          | position 1: '7' is no value of 'id'; expected a UUID
            id==1-1-1-1-1                  | expected a UUID
            createdAt=gt=yesterday         | expected an ISO 8601 instant
            createdAt=gt=2026-01-01        | expected an ISO 8601 instant
            createdAt=gt=+999999999-01-01T00:00:00Z | expected an ISO 8601 instant
            version==1.5                   | expected an integer
            version==9223372036854775808   | expected an integer
            share==1e999999999             | expected a number
            active==yes                    | expected true or false
            name==x;;name==y               | position 9: cannot be read
            name==                         | position
            name=xx=y                      | position 5: unknown operator '=xx='; allowed are == != =gt= =ge= =lt= =le= =in= =out=
            name==(a,b)                    | position
            name=gt=(a,b)                  | position
            (name==x                       | position
            name=='x                       | position
            """)
    void mistakeIsNamedWithItsPlaceAndWhatIsAllowed(String filter, String message) {
        assertThatThrownBy(() -> nodes.fetch(jdbc, TENANT, request(filter, null, null, 10)))
                .asInstanceOf(type(InvalidInput.class))
                .satisfies(
                        invalid -> assertThat(invalid.type()).isEqualTo(ProblemType.INVALID_FILTER),
                        invalid -> assertThat(invalid.problems())
                                .singleElement()
                                .satisfies(problem -> {
                                    assertThat(problem.pointer()).isEqualTo("/filter");
                                    assertThat(problem.message()).contains(message);
                                }));
    }

    @Test
    void hostileFiltersAreRefusedBeforeTheyCostAnything() {
        List<String> hostile = List.of(
                "(".repeat(2000) + "name==x" + ")".repeat(1000),
                "name==x;".repeat(500),
                "name==" + "x".repeat(5000),
                "name=='\0'",
                "name=='\uD800'",
                "name=='a\nb'");
        assertThat(hostile)
                .allSatisfy(
                        filter -> assertThatThrownBy(() -> nodes.filter(filter)).isInstanceOf(InvalidInput.class));
        assertThatThrownBy(() -> nodes.filter("version==1;".repeat(201) + "version==1"))
                .hasMessageContaining("more than 200 comparisons");
    }

    @Test
    void injectionIsJustAValue() {
        assertThat(names(TENANT, "name==\"x' or 1=1 --\"")).isEmpty();
        assertThat(names(TENANT, "label.:list_tenant==y,label.x--==y")).isEmpty();
        assertThat(names(TENANT, "label.:x?==y")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name",
                "-name",
                "version",
                "-version",
                "version,-name",
                "-version,createdAt",
                "createdAt",
                "-createdAt,version,name",
                "active,share",
                "id",
                "state,-id"
            })
    void pagesOfAnySizeInAnyOrderMakeTheWholeListOnce(String sort) {
        List<String> whole =
                nodes.fetch(jdbc, TENANT, request(null, sort, null, 1000)).items();
        assertThat(whole).hasSize(30).doesNotHaveDuplicates();
        for (int limit : List.of(1, 7, 15, 29, 30)) {
            List<String> pages = new ArrayList<>();
            String cursor = null;
            do {
                Page<String> page = nodes.fetch(jdbc, TENANT, request(null, sort, cursor, limit));
                assertThat(page.items()).hasSizeBetween(1, limit);
                pages.addAll(page.items());
                cursor = page.nextCursor();
            } while (cursor != null);
            assertThat(pages).as("limit %d", limit).isEqualTo(whole);
        }
    }

    @Test
    void minusSortsTheOtherWay() {
        assertThat(nodes.fetch(jdbc, TENANT, request(null, "-name", null, 30)).items())
                .isSortedAccordingTo(Comparator.reverseOrder());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nope",
                "hardware",
                "label.ring",
                "name,name",
                "name,",
                "--name",
                "name,state,version,createdAt,share,active"
            })
    void sortByWhatHasNoOrderIsRefused(String sort) {
        assertThatThrownBy(() -> nodes.fetch(jdbc, TENANT, request(null, sort, null, 10)))
                .asInstanceOf(type(InvalidInput.class))
                .satisfies(invalid ->
                        assertThat(invalid.problems().getFirst().pointer()).isEqualTo("/sort"));
    }

    @Test
    void cursorOfAnotherOrderOrNoneAtAllIsRefused() {
        String cursor =
                nodes.fetch(jdbc, TENANT, request(null, "name", null, 1)).nextCursor();
        String forged = new Cursor("version", List.of("one", "two")).write();
        String nul = new Cursor("name", List.of("\0", new UUID(1, 1).toString())).write();
        for (ListRequest request : List.of(
                request(null, "-name", cursor, 1),
                request(null, null, "x", 1),
                request(null, null, "%%%", 1),
                request(null, null, "", 1),
                request(null, "version", forged, 1),
                request(null, "name", nul, 1),
                request(null, null, "A".repeat(100_000), 1))) {
            assertThatThrownBy(() -> nodes.fetch(jdbc, TENANT, request))
                    .asInstanceOf(type(InvalidInput.class))
                    .satisfies(invalid -> assertThat(invalid.type()).isEqualTo(ProblemType.INVALID_CURSOR));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1001})
    void limitOutsideItsRangeIsRefused(int limit) {
        assertThatThrownBy(() -> nodes.fetch(jdbc, TENANT, request(null, null, null, limit)))
                .hasMessageContaining("allowed are 1 to 1000");
    }

    @Test
    void restrictionHoldsWhateverTheFilterSays() {
        SqlCondition only = SqlCondition.of("n.hardware = :mine", "mine", "nuc");
        assertThat(nodes.fetch(jdbc, TENANT, request("name==edge-01,name==edge-02", null, null, 10), only)
                        .items())
                .containsExactly("edge-02");
        assertThat(nodes.count(jdbc, TENANT, null, only)).isEqualTo(new ListQuery.Count(15, false));
    }

    @Test
    void tenantSeesOnlyItsOwn() {
        assertThat(names(OTHER, "name==*")).containsExactlyInAnyOrder("edge-01", "100%_\\");
        UUID id = jdbc.sql("select id from node where tenant_id = ? and name = 'edge-01'")
                .param(OTHER.value())
                .query(UUID.class)
                .single();
        assertThat(nodes.load(jdbc, OTHER, id)).isEqualTo("edge-01");
        assertThat(nodes.find(jdbc, TENANT, id)).isEmpty();
        assertThatThrownBy(() -> nodes.load(jdbc, TENANT, id))
                .isInstanceOf(NotFound.class)
                .hasMessage("there is no node " + id);
    }

    @Test
    void countStopsAtTheCap() {
        ListQuery<Integer> numbers = ListQuery.of(
                        "number",
                        "(select i as id, cast(:list_tenant as uuid) as tenant_id from generate_series(1, 10001) i) numbers",
                        (row, number) -> row.getInt("id"))
                .id("id", FieldType.LONG)
                .field("id", "id", FieldType.LONG)
                .sort("-id")
                .build();
        assertThat(numbers.count(jdbc, TENANT, null, SqlCondition.ALWAYS))
                .isEqualTo(new ListQuery.Count(ListQuery.COUNT_CAP, true));
        assertThat(numbers.count(jdbc, TENANT, "id=le=9999", SqlCondition.ALWAYS))
                .isEqualTo(new ListQuery.Count(9999, false));
    }

    @Test
    void instantsInCursorsKeepTheirMicroseconds() {
        Page<String> first = nodes.fetch(jdbc, TENANT, request(null, "createdAt", null, 1));
        Cursor cursor = Cursor.parse(java.util.Objects.requireNonNull(first.nextCursor()));
        assertThat(Instant.parse(cursor.keys().getFirst())).isEqualTo("2026-01-01T00:00:00.123456Z");
    }

    private List<String> names(TenantId tenant, String filter) {
        return nodes.fetch(jdbc, tenant, request(filter, null, null, 100)).items();
    }

    private static ListRequest request(
            @Nullable String filter, @Nullable String sort, @Nullable String cursor, int limit) {
        return new ListRequest(filter, sort, cursor, limit);
    }
}
