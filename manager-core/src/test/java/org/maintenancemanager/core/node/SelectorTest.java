package org.maintenancemanager.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.SqlCondition;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.testing.TestDatabase;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SelectorTest {
    private static final UUID TENANT = TenantId.DEFAULT.value();

    /** Names and texts with whatever is special to like, to RSQL or to JSON. */
    private static final List<String> TEXTS = List.of(
            "edge", "edge-1", "edge_1", "edge%1", "a*b", "a\\b", "Ünïcode 🌍", "it's", "say \"x\"", "ab", "abab");

    private static final List<String> PATHS =
            List.of("/eu", "/eu/de", "/eu/de/berlin-3", "/eu-west", "/eu_west/x", "/us", "/us/ny");

    private static final List<String> PATTERNS =
            List.of("*", "edge*", "*1", "e*1", "edge_*", "*%*", "a*b", "*b*b", "a\\*", "**", "*a*b*a*", "x*", "*'*");

    private final JdbcClient jdbc = JdbcClient.create(TestDatabase.create().dataSource());
    private final Random random = new Random(20260301);
    private final List<Machine> machines = new ArrayList<>();

    private record Machine(
            UUID nodeId,
            String name,
            String sitePath,
            String architecture,
            @Nullable String hardware,
            @Nullable String ownZone,
            NodeState state,
            @Nullable String client,
            @Nullable String imageVersion,
            Map<String, String> labels,
            Map<String, String> nodeLabels)
            implements Selectable {
        @Override
        public String zone() {
            return ownZone != null ? ownZone : "Europe/Berlin";
        }

        @Override
        public @Nullable String label(String key) {
            return labels.containsKey(key) ? labels.get(key) : nodeLabels.get(key);
        }
    }

    @BeforeAll
    void insertNodes() {
        var json = new JsonMapper();
        for (String path : PATHS) {
            jdbc.sql("insert into site (tenant_id, id, path, name, zone) values (?, ?, ?, 'x', 'Europe/Berlin')")
                    .params(
                            TENANT,
                            UUID.nameUUIDFromBytes(path.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                            path)
                    .update();
        }
        for (int i = 0; i < 80; i++) {
            var machine = new Machine(
                    new UUID(random.nextLong(), random.nextLong()),
                    oneOf(TEXTS) + i,
                    oneOf(PATHS),
                    oneOf(List.of("x86_64", "arm64")),
                    maybe(TEXTS),
                    maybe(List.of("UTC", "America/New_York")),
                    oneOf(List.of(NodeState.values())),
                    maybe(TEXTS),
                    maybe(List.of("1.0", "1.1", "2.0-rc_1")),
                    labels(),
                    labels());
            machines.add(machine);
            jdbc.sql("""
                            insert into node (tenant_id, id, name, site_id, state, architecture, hardware, zone, client,
                                              labels, node_labels)
                            select :tenant, :id, :name, id, :state, :architecture, :hardware, :zone, :client,
                                   cast(:labels as jsonb), cast(:nodeLabels as jsonb)
                            from site where path = :path
                            """)
                    .param("tenant", TENANT)
                    .param("id", machine.nodeId)
                    .param("name", machine.name)
                    .param("state", machine.state.name())
                    .param("architecture", machine.architecture)
                    .param("hardware", machine.hardware)
                    .param("zone", machine.ownZone)
                    .param("client", machine.client)
                    .param("labels", json.writeValueAsString(machine.labels))
                    .param("nodeLabels", json.writeValueAsString(machine.nodeLabels))
                    .param("path", machine.sitePath)
                    .update();
            jdbc.sql("""
                            insert into node_slot (tenant_id, node_id, slot, state, image_version)
                            values (:tenant, :id, 'A', 'ACTIVE', :version), (:tenant, :id, 'B', 'INACTIVE', '1.1')
                            """)
                    .param("tenant", TENANT)
                    .param("id", machine.nodeId)
                    .param("version", machine.imageVersion)
                    .update();
        }
    }

    @Test
    void memoryAndDatabaseChooseTheSameNodes() {
        int chosen = 0;
        for (int i = 0; i < 600; i++) {
            String text = expression(3);
            Selector selector = Selector.parse(text);
            List<UUID> inMemory = machines.stream()
                    .filter(selector::matches)
                    .map(Machine::nodeId)
                    .toList();
            assertThat(inDatabase(selector.toSql())).as(text).containsExactlyInAnyOrderElementsOf(inMemory);
            chosen += inMemory.size();
        }
        assertThat(chosen).as("the selectors do choose something").isBetween(600, 600 * 79);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /eu/*       | /eu              | true
            /eu/*       | /eu/de/berlin-3  | true
            /eu/*       | /eu-west         | false
            /eu         | /eu/de           | false
            /eu*        | /eu-west         | true
            /*          | /us/ny           | true
            /*/ny       | /us/ny           | true
            /eu_*       | /eu-west         | false
            """)
    void siteWithSlashStarIsTheSiteAndItsSubtree(String pattern, String path, boolean expected) {
        var machine = new Machine(
                new UUID(1, 1), "n", path, "x", null, null, NodeState.ACTIVE, null, null, Map.of(), Map.of());
        assertThat(Selector.parse("site==" + pattern).matches(machine)).isEqualTo(expected);
    }

    @Test
    void labelOfTheOperatorWinsOverTheNodesOwn() {
        List<UUID> chosen = inDatabase(Selector.parse("label.k0==ab").toSql());
        for (Machine machine : machines) {
            String label = machine.labels.getOrDefault("k0", machine.nodeLabels.getOrDefault("k0", ""));
            assertThat(chosen.contains(machine.nodeId)).isEqualTo(label.equals("ab"));
        }
    }

    @Test
    void allIsEveryNode() {
        assertThat(inDatabase(Selector.ALL.toSql())).hasSize(80);
        assertThat(machines).allMatch(Selector.ALL::matches);
    }

    @Test
    void twoSelectorsFitIntoOneStatement() {
        SqlCondition both = Selector.parse("name==edge*")
                .toSql("first_")
                .and(Selector.parse("name==*1*").toSql("second_"));
        assertThat(inDatabase(both))
                .hasSameElementsAs(
                        inDatabase(Selector.parse("name==edge*;name==*1*").toSql()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nam==x            | position 1: unknown field 'nam'; allowed are id, name, site, architecture, hardware, zone, state, client, imageVersion, label.<key>
            name==x;label.==y | position 9: unknown field 'label.'
            state==UP         | position 1: 'UP' is no value of 'state'; expected one of PENDING, ACTIVE, QUARANTINED, DECOMMISSIONED
            state==ACT*       | is no value of 'state'; expected
            id==4711          | is no value of 'id'; expected a UUID
            name=gt=x         | position 1: selectors have no =gt=; allowed are == != =in= =out=
            name=x            | position 7: cannot be read from the end on
            ''                | is empty
            """)
    void mistakeIsNamedWithItsPlaceAndWhatIsAllowed(String text, String message) {
        assertThatThrownBy(() -> Selector.parse(text))
                .asInstanceOf(type(InvalidInput.class))
                .satisfies(invalid -> {
                    assertThat(invalid.problems().getFirst().pointer()).isEqualTo("/selector");
                    assertThat(invalid.problems().getFirst().message()).contains(message);
                });
        assertThatThrownBy(() -> Selector.parse(text, "/waves/1/selector")).hasMessageContaining("/waves/1/selector: ");
    }

    @Test
    void overlongAndOverdeepSelectorsAreRefused() {
        assertThatThrownBy(() -> Selector.parse("name==" + "x".repeat(4000))).hasMessageContaining("at most 4000");
        assertThatThrownBy(() -> Selector.parse("(".repeat(30) + "name==x" + ")".repeat(30)))
                .hasMessageContaining("more than 20 parentheses");
    }

    @Test
    void manyAsterisksCostNothing() {
        var machine = new Machine(
                new UUID(1, 1),
                "a".repeat(200),
                "/eu",
                "x",
                null,
                null,
                NodeState.ACTIVE,
                null,
                null,
                Map.of(),
                Map.of());
        assertThat(Selector.parse("name==" + "a*".repeat(1500) + "b").matches(machine))
                .isFalse();
    }

    private List<UUID> inDatabase(SqlCondition condition) {
        return jdbc.sql("""
                        select n.id
                        from node n
                        join site s on s.tenant_id = n.tenant_id and s.id = n.site_id
                        where n.tenant_id = :tenant and %s
                        """.formatted(condition.sql()))
                .param("tenant", TENANT)
                .params(condition.params())
                .query(UUID.class)
                .list();
    }

    private String expression(int depth) {
        int shape = depth == 0 ? 9 : random.nextInt(10);
        if (shape < 2) {
            return "(" + expression(depth - 1) + "," + expression(depth - 1) + ")";
        }
        if (shape < 4) {
            return "(" + expression(depth - 1) + ";" + expression(depth - 1) + ")";
        }
        String field = oneOf(List.of(
                "id",
                "name",
                "site",
                "architecture",
                "hardware",
                "zone",
                "state",
                "client",
                "imageVersion",
                "label.k0",
                "label.k1",
                "label.none"));
        return switch (random.nextInt(4)) {
            case 0 -> field + "==" + value(field);
            case 1 -> field + "!=" + value(field);
            case 2 -> field + "=in=(" + value(field) + "," + value(field) + ")";
            default -> field + "=out=(" + value(field) + "," + value(field) + ")";
        };
    }

    private String value(String field) {
        return switch (field) {
            case "id" -> oneOf(machines).nodeId.toString();
            case "name" -> quoted(random.nextBoolean() ? oneOf(machines).name : oneOf(PATTERNS));
            case "state" -> oneOf(List.of(NodeState.values())).name();
            case "site" -> oneOf(PATHS) + oneOf(List.of("", "/*", "*"));
            case "zone" -> oneOf(List.of("UTC", "Europe/Berlin", "Europe/*", "*"));
            case "architecture" -> oneOf(List.of("x86_64", "arm*"));
            case "imageVersion" -> oneOf(List.of("1.1", "1.*", "2.0-rc_1", "*"));
            default -> quoted(oneOf(random.nextBoolean() ? TEXTS : PATTERNS));
        };
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private Map<String, String> labels() {
        return switch (random.nextInt(4)) {
            case 0 -> Map.of("k0", oneOf(TEXTS), "k1", oneOf(TEXTS));
            case 1 -> Map.of("k0", oneOf(TEXTS));
            case 2 -> Map.of("k1", "");
            default -> Map.of();
        };
    }

    private <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private <T> @Nullable T maybe(List<T> choices) {
        return random.nextInt(3) == 0 ? null : oneOf(choices);
    }
}
