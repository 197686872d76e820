package org.maintenancemanager.core.node;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.Expression;
import org.maintenancemanager.core.query.Expression.And;
import org.maintenancemanager.core.query.Expression.Comparison;
import org.maintenancemanager.core.query.Expression.Or;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.LikePattern;
import org.maintenancemanager.core.query.Rsql;
import org.maintenancemanager.core.query.SqlCondition;

/**
 * Chooses nodes: {@code site==/eu/*;label.ring=in=(canary,early)}. The same choice can be made in memory, node by node, and
 * in SQL. RSQL with {@code == != =in= =out=}; {@code *} stands for any text; {@code site==/eu/*} is the site and its
 * subtree; "not this" also holds where there is no value.
 */
public final class Selector {
    /** Every node. */
    public static final Selector ALL = new Selector("", new All(List.of()));

    private static final int MAX_KEY_LENGTH = 200;
    private static final String LABEL = "label.";

    private final String text;
    private final Test test;

    private Selector(String text, Test test) {
        this.text = text;
        this.test = test;
    }

    /** @throws InvalidInput at {@code /selector}, with the position of the mistake and what is allowed there */
    public static Selector parse(String text) {
        return parse(text, "/selector");
    }

    /** @param pointer what problems point to, where the selector is not the field of that name */
    public static Selector parse(String text, String pointer) {
        return new Selector(text, compile(Rsql.parse(text, pointer), pointer));
    }

    public boolean matches(Selectable node) {
        return test.holds(node);
    }

    /** The choice over the tables {@code node n} and {@code site s}; parameters are called {@code selector_0} and so on. */
    public SqlCondition toSql() {
        return toSql("selector_");
    }

    /** @param prefix of the parameters' names, for two selectors in one statement */
    public SqlCondition toSql(String prefix) {
        var sql = new Sql(prefix);
        return new SqlCondition(test.sql(sql), sql.params);
    }

    /** The attributes of a node that it asks for: {@code site}, {@code label.ring}. */
    public Set<String> attributes() {
        Set<String> names = new TreeSet<>();
        test.sources(source -> names.add(source.text()));
        return names;
    }

    /**
     * A condition that is easily looked up and holds for each node that this selector chooses.
     *
     * @param attribute of the node
     * @param values of which the attribute has one
     */
    public record Requirement(String attribute, Set<String> values) {
        public Requirement {
            values = Set.copyOf(values);
        }
    }

    /** Empty where it has no condition that asks for certain values. */
    public Optional<Requirement> requirement() {
        return Optional.ofNullable(test.requirement());
    }

    /**
     * The value of an attribute that some selector asks for; null if the node has none.
     *
     * @param attribute as {@link #attributes()} names it
     */
    public static @Nullable String value(String attribute, Selectable node) {
        return source(attribute).of(node);
    }

    /** The same over the tables {@code node n} and {@code site s}. */
    public static SqlCondition valueSql(String attribute, String prefix) {
        var sql = new Sql(prefix);
        return new SqlCondition(source(attribute).sql(sql), sql.params);
    }

    private static Source source(String attribute) {
        if (attribute.startsWith(LABEL)) {
            return new Label(attribute.substring(LABEL.length()));
        }
        return Stream.of(Field.values())
                .filter(field -> field.json.equals(attribute))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no attribute of a node: " + attribute));
    }

    /** The text that it was read from. */
    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Selector selector && selector.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    private static Test compile(Expression expression, String pointer) {
        return switch (expression) {
            case And all -> new All(compileAll(all.parts(), pointer));
            case Or any -> new Any(compileAll(any.parts(), pointer));
            case Comparison comparison -> compile(comparison, pointer);
        };
    }

    private static List<Test> compileAll(List<Expression> parts, String pointer) {
        List<Test> tests = new ArrayList<>(parts.size());
        for (Expression part : parts) {
            tests.add(compile(part, pointer));
        }
        return tests;
    }

    private static Test compile(Comparison comparison, String pointer) {
        Source source = source(comparison, pointer);
        if (comparison.operator().isOrdering()) {
            // The database sorts texts by its locale, so the two forms would not agree.
            throw Rsql.problem(
                    pointer,
                    "position %d: selectors have no %s; allowed are == != =in= =out="
                            .formatted(
                                    comparison.position(), comparison.operator().symbol()));
        }
        List<Pattern> patterns = new ArrayList<>();
        for (String value : comparison.values()) {
            patterns.add(pattern(source, value, comparison, pointer));
        }
        Test oneOf = new OneOf(source, patterns);
        return comparison.operator().isNegative() ? new Not(oneOf) : oneOf;
    }

    private static Source source(Comparison comparison, String pointer) {
        String name = comparison.field();
        if (name.startsWith(LABEL) && name.length() > LABEL.length() && name.length() <= MAX_KEY_LENGTH) {
            return new Label(name.substring(LABEL.length()));
        }
        for (Field field : Field.values()) {
            if (field.json.equals(name)) {
                return field;
            }
        }
        throw Rsql.problem(
                pointer,
                "position %d: unknown field '%s'; allowed are %s, label.<key>"
                        .formatted(
                                comparison.position(),
                                name.length() <= 60 ? name : name.substring(0, 60) + "...",
                                Stream.of(Field.values())
                                        .map(field -> field.json)
                                        .collect(Collectors.joining(", "))));
    }

    private static Pattern pattern(Source source, String value, Comparison comparison, String pointer) {
        if (source == Field.ID) {
            try {
                if (value.length() != 36) {
                    throw new IllegalArgumentException("not of the length of a UUID");
                }
                return new Exact(UUID.fromString(value).toString());
            } catch (IllegalArgumentException e) {
                throw mismatch(comparison, value, "a UUID", pointer);
            }
        }
        if (source == Field.STATE) {
            List<String> states =
                    Stream.of(NodeState.values()).map(NodeState::name).toList();
            if (!states.contains(value)) {
                throw mismatch(comparison, value, "one of " + String.join(", ", states), pointer);
            }
            return new Exact(value);
        }
        if (source == Field.SITE && value.endsWith("/*") && value.indexOf('*') == value.length() - 1) {
            return new Subtree(value.substring(0, value.length() - 2));
        }
        return value.indexOf('*') >= 0 ? new Wildcards(value) : new Exact(value);
    }

    private static InvalidInput mismatch(Comparison comparison, String value, String expected, String pointer) {
        return Rsql.problem(
                pointer,
                "position %d: '%s' is no value of '%s'; expected %s"
                        .formatted(
                                comparison.position(),
                                value.length() <= 60 ? value : value.substring(0, 60) + "...",
                                comparison.field(),
                                expected));
    }

    /** Collects the parameters of one statement. */
    private static final class Sql {
        private final String prefix;
        private final Map<String, Object> params = new LinkedHashMap<>();

        private Sql(String prefix) {
            this.prefix = prefix;
        }

        String bind(String value) {
            String name = prefix + params.size();
            params.put(name, value);
            return "cast(:" + name + " as text)";
        }
    }

    /** Where a value comes from. */
    private sealed interface Source {
        @Nullable
        String of(Selectable node);

        String sql(Sql sql);

        /** As selectors write it. */
        String text();
    }

    private enum Field implements Source {
        ID("id", "cast(n.id as text)") {
            @Override
            public String of(Selectable node) {
                return node.nodeId().toString();
            }
        },
        NAME("name", "n.name") {
            @Override
            public String of(Selectable node) {
                return node.name();
            }
        },
        SITE("site", "s.path") {
            @Override
            public String of(Selectable node) {
                return node.sitePath();
            }
        },
        ARCHITECTURE("architecture", "n.architecture") {
            @Override
            public String of(Selectable node) {
                return node.architecture();
            }
        },
        HARDWARE("hardware", "n.hardware") {
            @Override
            public @Nullable String of(Selectable node) {
                return node.hardware();
            }
        },
        ZONE("zone", "coalesce(n.zone, s.zone)") {
            @Override
            public String of(Selectable node) {
                return node.zone();
            }
        },
        STATE("state", "n.state") {
            @Override
            public String of(Selectable node) {
                return node.state().name();
            }
        },
        CLIENT("client", "n.client") {
            @Override
            public @Nullable String of(Selectable node) {
                return node.client();
            }
        },
        IMAGE_VERSION("imageVersion", """
                (select a.image_version
                 from node_slot a
                 where a.tenant_id = n.tenant_id and a.node_id = n.id and a.state = 'ACTIVE'
                 order by a.slot
                 limit 1)""") {
            @Override
            public @Nullable String of(Selectable node) {
                return node.imageVersion();
            }
        };

        private final String json;
        private final String sql;

        Field(String json, String sql) {
            this.json = json;
            this.sql = sql;
        }

        @Override
        public String sql(Sql unused) {
            return sql;
        }

        @Override
        public String text() {
            return json;
        }
    }

    private record Label(String key) implements Source {
        @Override
        public @Nullable String of(Selectable node) {
            return node.label(key);
        }

        @Override
        public String sql(Sql sql) {
            String parameter = sql.bind(key);
            return "coalesce(n.labels ->> %s, n.node_labels ->> %s)".formatted(parameter, parameter);
        }

        @Override
        public String text() {
            return LABEL + key;
        }
    }

    private sealed interface Pattern {
        boolean fits(String value);

        String sql(String value, Sql sql);
    }

    private record Exact(String text) implements Pattern {
        @Override
        public boolean fits(String value) {
            return value.equals(text);
        }

        @Override
        public String sql(String value, Sql sql) {
            return value + " = " + sql.bind(text);
        }
    }

    /** @param root without a slash at its end */
    private record Subtree(String root) implements Pattern {
        @Override
        public boolean fits(String path) {
            return path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/');
        }

        @Override
        public String sql(String path, Sql sql) {
            return "(%s = %s or %s like %s)"
                    .formatted(path, sql.bind(root), path, sql.bind(LikePattern.literal(root) + "/%"));
        }
    }

    /** Parts of the text between the asterisks. */
    private record Wildcards(String text, List<String> parts) implements Pattern {
        Wildcards(String text) {
            this(text, List.of(text.split("\\*", -1)));
        }

        @Override
        public boolean fits(String value) {
            String first = parts.getFirst();
            String last = parts.getLast();
            if (value.length() < first.length() + last.length() || !value.startsWith(first) || !value.endsWith(last)) {
                return false;
            }
            // The earliest place for each part leaves most room to the next.
            int from = first.length();
            int end = value.length() - last.length();
            for (String part : parts.subList(1, parts.size() - 1)) {
                int at = value.indexOf(part, from);
                if (at < 0 || at + part.length() > end) {
                    return false;
                }
                from = at + part.length();
            }
            return true;
        }

        @Override
        public String sql(String value, Sql sql) {
            return value + " like " + sql.bind(LikePattern.of(text));
        }
    }

    private sealed interface Test {
        boolean holds(Selectable node);

        String sql(Sql sql);

        void sources(Consumer<Source> visitor);

        /** Null if there is none. */
        default @Nullable Requirement requirement() {
            return null;
        }
    }

    private record OneOf(Source source, List<Pattern> patterns) implements Test {
        @Override
        public boolean holds(Selectable node) {
            String value = source.of(node);
            if (value == null) {
                return false;
            }
            for (Pattern pattern : patterns) {
                if (pattern.fits(value)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String sql(Sql sql) {
            return patterns.stream()
                    .map(pattern -> pattern.sql(source.sql(sql), sql))
                    .collect(Collectors.joining(" or ", "(", ")"));
        }

        @Override
        public void sources(Consumer<Source> visitor) {
            visitor.accept(source);
        }

        @Override
        public @Nullable Requirement requirement() {
            Set<String> values = new HashSet<>();
            for (Pattern pattern : patterns) {
                if (!(pattern instanceof Exact exact)) {
                    return null;
                }
                values.add(exact.text);
            }
            return new Requirement(source.text(), values);
        }
    }

    private record Not(Test test) implements Test {
        @Override
        public boolean holds(Selectable node) {
            return !test.holds(node);
        }

        @Override
        public String sql(Sql sql) {
            return "coalesce(not " + test.sql(sql) + ", true)";
        }

        @Override
        public void sources(Consumer<Source> visitor) {
            test.sources(visitor);
        }
    }

    private record All(List<Test> tests) implements Test {
        @Override
        public boolean holds(Selectable node) {
            for (Test test : tests) {
                if (!test.holds(node)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String sql(Sql sql) {
            return tests.isEmpty()
                    ? "true"
                    : tests.stream().map(test -> test.sql(sql)).collect(Collectors.joining(" and ", "(", ")"));
        }

        @Override
        public void sources(Consumer<Source> visitor) {
            tests.forEach(test -> test.sources(visitor));
        }

        @Override
        public @Nullable Requirement requirement() {
            return tests.stream()
                    .map(Test::requirement)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
    }

    private record Any(List<Test> tests) implements Test {
        @Override
        public boolean holds(Selectable node) {
            for (Test test : tests) {
                if (test.holds(node)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String sql(Sql sql) {
            return tests.stream().map(test -> test.sql(sql)).collect(Collectors.joining(" or ", "(", ")"));
        }

        @Override
        public void sources(Consumer<Source> visitor) {
            tests.forEach(test -> test.sources(visitor));
        }
    }
}
