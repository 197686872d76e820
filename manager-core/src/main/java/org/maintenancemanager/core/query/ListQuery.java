package org.maintenancemanager.core.query;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.Expression.And;
import org.maintenancemanager.core.query.Expression.Comparison;
import org.maintenancemanager.core.query.Expression.Or;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Reach;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A list of one resource: filtered by RSQL, sorted, in pages that neither skip nor repeat what does not change. Built once
 * a resource; immutable. Filters and sort orders only ever name fields that were declared here, and their values are
 * always bound.
 *
 * <pre>{@code
 * ListQuery<Site> sites = ListQuery.of("site", "site s", (row, number) -> ...)
 *         .columns("s.id, s.path, s.name")
 *         .tenant("s.tenant_id")
 *         .id("s.id")
 *         .field("path", "s.path", FieldType.TEXT)
 *         .field("createdAt", "s.created_at", FieldType.INSTANT)
 *         .nullable("zone", "s.zone", FieldType.TEXT)
 *         .keyed("label", "n.labels ->> %s")
 *         .sort("path")
 *         .build();
 * }</pre>
 */
public final class ListQuery<T> {
    /** Counting stops here: nobody needs to know more, and it would cost more than the page. */
    public static final int COUNT_CAP = 10_000;

    private static final int MAX_SORT_FIELDS = 5;
    private static final int MAX_KEY_LENGTH = 200;

    private final Builder<T> is;

    private ListQuery(Builder<T> builder) {
        this.is = builder;
    }

    /**
     * @param kind the word of the domain, for {@link NotFound}
     * @param from what stands behind {@code from}: tables with joins, which name the tenant themselves
     */
    public static <T> Builder<T> of(String kind, String from, RowMapper<T> mapper) {
        return new Builder<>(kind, from, mapper);
    }

    /** How many there are; {@code capped} when there are at least that many. */
    public record Count(int count, boolean capped) {}

    /** @throws InvalidInput if filter, sort, cursor or limit are not right */
    public Page<T> fetch(JdbcClient jdbc, TenantId tenant, ListRequest request) {
        return fetch(jdbc, tenant, request, SqlCondition.ALWAYS);
    }

    /** @param only restricts the list to what the caller may see or asked for, whatever the filter says */
    public Page<T> fetch(JdbcClient jdbc, TenantId tenant, ListRequest request, SqlCondition only) {
        if (request.limit() < 1 || request.limit() > ListRequest.MAX_LIMIT) {
            throw InvalidInput.at(
                    "/limit", "is %d; allowed are 1 to %d".formatted(request.limit(), ListRequest.MAX_LIMIT));
        }
        Order order = order(request.sort());
        SqlCondition where = inTenant(tenant).and(only).and(filter(request.filter()));
        if (request.cursor() != null) {
            where = where.and(order.behind(Cursor.parse(request.cursor())));
        }
        String sql = is.joins.isEmpty() ? whole(order, where) : pageFirst(order, where);
        List<Row<T>> rows = jdbc.sql(sql)
                .params(where.params())
                .param("list_limit", request.limit() + 1)
                .query((row, number) -> {
                    List<String> keys = new ArrayList<>();
                    for (int i = 0; i < order.keys.size(); i++) {
                        keys.add(row.getString("list_key_" + i));
                    }
                    return new Row<>(is.mapper.mapRow(row, number), keys);
                })
                .list();
        boolean more = rows.size() > request.limit();
        List<Row<T>> shown = more ? rows.subList(0, request.limit()) : rows;
        String next = more ? new Cursor(order.text, shown.getLast().keys).write() : null;
        return new Page<>(shown.stream().map(Row::item).toList(), next);
    }

    private String whole(Order order, SqlCondition where) {
        return """
                select %s, %s
                from %s
                where %s
                order by %s
                limit :list_limit
                """.formatted(is.columns, order.keyColumns(), is.from, where.sql(), order.sql());
    }

    /** Looks for the items of the page with no more tables than that needs, and then joins the others to these few. */
    private String pageFirst(Order order, SqlCondition where) {
        return """
                select %s, %s
                from (
                    select %s as list_tenant_id, %s as list_id
                    from %s
                    where %s
                    order by %s
                    limit :list_limit
                ) list_page
                join %s on %s = list_page.list_tenant_id and %s = list_page.list_id
                %s
                order by %s
                """.formatted(
                        is.columns,
                        order.keyColumns(),
                        is.tenant,
                        is.id,
                        from(where.sql(), order.sql()),
                        where.sql(),
                        order.sql(),
                        is.from,
                        is.tenant,
                        is.id,
                        joined(is.joins),
                        order.sql());
    }

    /** The tables that this SQL speaks of, and those by which they are joined. */
    private String from(String... sql) {
        List<String> texts = new ArrayList<>(List.of(sql));
        List<Join> needed = new ArrayList<>();
        for (Join join : is.joins.reversed()) {
            if (texts.stream().anyMatch(text -> join.mention.matcher(text).find())) {
                needed.addFirst(join);
                texts.add(join.sql);
            }
        }
        return is.from + "\n" + joined(needed);
    }

    private static String joined(List<Join> joins) {
        return joins.stream().map(Join::sql).collect(Collectors.joining("\n"));
    }

    /** Counts up to {@link #COUNT_CAP}. */
    public Count count(JdbcClient jdbc, TenantId tenant, @Nullable String filter, SqlCondition only) {
        SqlCondition where = inTenant(tenant).and(only).and(filter(filter));
        int count = jdbc.sql("select count(*) from (select 1 from %s where %s limit %d) counted"
                        .formatted(from(where.sql()), where.sql(), COUNT_CAP))
                .params(where.params())
                .query(Integer.class)
                .single();
        return new Count(count, count == COUNT_CAP);
    }

    /** One of the list by its id. */
    public Optional<T> find(JdbcClient jdbc, TenantId tenant, UUID id) {
        return find(jdbc, tenant, SqlCondition.of(is.id + " = :list_id", "list_id", id));
    }

    /** The one of the list for which the condition holds. */
    public Optional<T> find(JdbcClient jdbc, TenantId tenant, SqlCondition only) {
        SqlCondition where = inTenant(tenant).and(only);
        return jdbc.sql("select %s from %s %s where %s".formatted(is.columns, is.from, joined(is.joins), where.sql()))
                .params(where.params())
                .query(is.mapper)
                .optional();
    }

    /** @throws NotFound if there is none */
    public T load(JdbcClient jdbc, TenantId tenant, UUID id) {
        return find(jdbc, tenant, id).orElseThrow(() -> new NotFound(is.kind, id.toString()));
    }

    /**
     * The filter as SQL, over the tables of this list.
     *
     * @throws InvalidInput at {@code /filter}
     */
    public SqlCondition filter(@Nullable String filter) {
        return filter == null || filter.isBlank()
                ? SqlCondition.ALWAYS
                : new FilterSql().write(Rsql.parse(filter, "/filter"));
    }

    private SqlCondition inTenant(TenantId tenant) {
        SqlCondition ours = SqlCondition.of(is.tenant + " = :list_tenant", "list_tenant", tenant.value());
        Reach reach = CallContext.reach();
        return is.site == null || reach.everywhere() ? ours : ours.and(within(is.site, reach));
    }

    private static SqlCondition within(String path, Reach reach) {
        return SqlCondition.of("""
                exists (select from unnest(cast(:list_reach as text[])) list_site
                        where %1$s = list_site or starts_with(%1$s, list_site || '/'))""".formatted(path), "list_reach", reach.sites().toArray(String[]::new));
    }

    private Order order(@Nullable String sort) {
        String text = sort == null || sort.isBlank() ? is.sort : sort;
        List<Key> keys = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        boolean descending = false;
        for (String part : text.split(",", -1)) {
            String name = part.strip();
            descending = name.startsWith("-");
            name = descending ? name.substring(1) : name;
            Field field = is.fields.get(name);
            if (field == null || field.nullable) {
                throw Rsql.problem(
                        "/sort",
                        "cannot sort by '%s'; allowed are %s, each with a leading - for the opposite order"
                                .formatted(abbreviated(name), sortable()));
            }
            if (!names.add(name)) {
                throw Rsql.problem("/sort", "'%s' stands there twice".formatted(name));
            }
            if (names.size() > MAX_SORT_FIELDS) {
                throw Rsql.problem("/sort", "has more than %d fields".formatted(MAX_SORT_FIELDS));
            }
            keys.add(new Key(field.sql, field.type, descending));
        }
        // The id makes the order total; in the last field's direction, so that one index can serve it.
        keys.add(new Key(is.id, is.idType, descending));
        return new Order(text.replace(" ", ""), keys);
    }

    private String sortable() {
        return is.fields.entrySet().stream()
                .filter(field -> !field.getValue().nullable)
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
    }

    private static String abbreviated(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private record Row<T>(T item, List<String> keys) {}

    private record Key(String sql, FieldType type, boolean descending) {
        String direction() {
            return descending ? "desc" : "asc";
        }
    }

    private record Order(String text, List<Key> keys) {
        String sql() {
            return keys.stream().map(key -> key.sql + " " + key.direction()).collect(Collectors.joining(", "));
        }

        String keyColumns() {
            List<String> columns = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                columns.add(keys.get(i).type.asText(keys.get(i).sql) + " as list_key_" + i);
            }
            return String.join(", ", columns);
        }

        /** What comes after the cursor in this order. */
        SqlCondition behind(Cursor cursor) {
            if (!cursor.order().equals(text) || cursor.keys().size() != keys.size()) {
                throw Cursor.invalid();
            }
            Map<String, Object> params = new HashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                Object value = cursor.keys().get(i).indexOf('\0') >= 0
                        ? null
                        : keys.get(i).type.parse(cursor.keys().get(i));
                if (value == null) {
                    throw Cursor.invalid();
                }
                params.put("list_after_" + i, value);
            }
            return new SqlCondition(isOneWay() ? byRow() : byField(), params);
        }

        private boolean isOneWay() {
            return keys.stream().map(Key::descending).distinct().count() == 1;
        }

        /** One comparison of rows, which an index can serve. */
        private String byRow() {
            List<String> after = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                after.add(parameter(i));
            }
            return "(%s) %s (%s)"
                    .formatted(
                            keys.stream().map(Key::sql).collect(Collectors.joining(", ")),
                            keys.getFirst().descending ? "<" : ">",
                            String.join(", ", after));
        }

        /** Equal up to some field and behind in that one. */
        private String byField() {
            List<String> cases = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                List<String> terms = new ArrayList<>();
                for (int before = 0; before < i; before++) {
                    terms.add(keys.get(before).sql + " = " + parameter(before));
                }
                terms.add(keys.get(i).sql + (keys.get(i).descending ? " < " : " > ") + parameter(i));
                cases.add("(" + String.join(" and ", terms) + ")");
            }
            return String.join(" or ", cases);
        }

        private String parameter(int i) {
            return keys.get(i).type.parameter("list_after_" + i);
        }
    }

    private record Join(String sql, Pattern mention) {}

    private record Keyed(String expression, @Nullable String lookup) {}

    /** @param lookup a condition with {@code %s} for the comparison with values, which an index serves; null if there is none */
    private record Field(
            String sql,
            FieldType type,
            boolean nullable,
            @Nullable String lookup) {
        Field(String sql, FieldType type, boolean nullable) {
            this(sql, type, nullable, null);
        }

        Field {
            sql = sql.matches("[\\w.]+") ? sql : "(" + sql + ")";
        }
    }

    /** Writes one filter; numbers its parameters. */
    private final class FilterSql {
        private final Map<String, Object> params = new LinkedHashMap<>();

        SqlCondition write(Expression filter) {
            String sql = sql(filter);
            return new SqlCondition(sql, params);
        }

        private String sql(Expression expression) {
            return switch (expression) {
                case And all -> joined(all.parts(), " and ");
                case Or any -> joined(any.parts(), " or ");
                case Comparison comparison -> sql(comparison);
            };
        }

        private String joined(List<Expression> parts, String word) {
            return parts.stream().map(this::sql).collect(Collectors.joining(word, "(", ")"));
        }

        private String sql(Comparison comparison) {
            Field field = field(comparison);
            if (!field.type.allows(comparison.operator())) {
                throw Rsql.problem(
                        "/filter",
                        "position %d: '%s' has no order, so %s is not possible; allowed are == != =in= =out="
                                .formatted(
                                        comparison.position(),
                                        comparison.field(),
                                        comparison.operator().symbol()));
            }
            return switch (comparison.operator()) {
                case EQUAL, IN -> anyOf(comparison, field);
                // Where there is no value, "not this one" holds.
                case NOT_EQUAL, NOT_IN -> "coalesce(not (" + anyOf(comparison, field) + "), true)";
                case GREATER -> compared(comparison, field, ">");
                case GREATER_OR_EQUAL -> compared(comparison, field, ">=");
                case LESS -> compared(comparison, field, "<");
                case LESS_OR_EQUAL -> compared(comparison, field, "<=");
            };
        }

        private String anyOf(Comparison comparison, Field field) {
            List<String> terms = new ArrayList<>();
            List<String> plain = new ArrayList<>();
            for (String value : comparison.values()) {
                if (field.type.hasWildcards() && value.indexOf('*') >= 0) {
                    terms.add(like(field, value));
                } else {
                    plain.add(bind(field.type, value(comparison, field, value)));
                }
            }
            if (!plain.isEmpty()) {
                String values = plain.size() == 1 ? " = " + plain.getFirst() : " in (" + String.join(", ", plain) + ")";
                terms.add(field.lookup == null ? field.sql + values : field.lookup.formatted(values));
            }
            return terms.size() == 1 ? terms.getFirst() : "(" + String.join(" or ", terms) + ")";
        }

        /** With the range that its beginning leaves: an index can serve that below row-level security, but no pattern. */
        private String like(Field field, String value) {
            String pattern = field.sql + " like " + bind(FieldType.TEXT, LikePattern.of(value));
            String prefix = LikePattern.prefix(value);
            String behind = prefix == null ? null : LikePattern.behind(prefix);
            if (prefix == null || behind == null) {
                return pattern;
            }
            return "(%s and %s ~>=~ %s and %s ~<~ %s)"
                    .formatted(
                            pattern, field.sql, bind(FieldType.TEXT, prefix), field.sql, bind(FieldType.TEXT, behind));
        }

        private String compared(Comparison comparison, Field field, String operator) {
            String value = comparison.values().getFirst();
            return "%s %s %s".formatted(field.sql, operator, bind(field.type, value(comparison, field, value)));
        }

        private Object value(Comparison comparison, Field field, String text) {
            Object value = field.type.parse(text);
            if (value == null) {
                throw Rsql.problem(
                        "/filter",
                        "position %d: '%s' is no value of '%s'; expected %s"
                                .formatted(
                                        comparison.position(),
                                        abbreviated(text),
                                        comparison.field(),
                                        field.type.description()));
            }
            return value;
        }

        private Field field(Comparison comparison) {
            String name = comparison.field();
            Field field = is.fields.get(name);
            if (field != null) {
                return field;
            }
            int dot = name.indexOf('.');
            Keyed template = dot < 0 ? null : is.keyed.get(name.substring(0, dot));
            String key = name.substring(dot + 1);
            if (template == null || key.isEmpty() || key.length() > MAX_KEY_LENGTH) {
                List<String> allowed = new ArrayList<>(is.fields.keySet());
                is.keyed.keySet().forEach(keyed -> allowed.add(keyed + ".<key>"));
                throw Rsql.problem(
                        "/filter",
                        "position %d: unknown field '%s'; allowed are %s"
                                .formatted(comparison.position(), abbreviated(name), String.join(", ", allowed)));
            }
            String bound = bind(FieldType.TEXT, key);
            return new Field(
                    template.expression.replace("%s", bound),
                    FieldType.TEXT,
                    true,
                    template.lookup == null ? null : template.lookup.formatted(bound, "%s"));
        }

        private String bind(FieldType type, Object value) {
            String name = "list_filter_" + params.size();
            params.put(name, value);
            return type.parameter(name);
        }
    }

    /** What a list consists of. */
    public static final class Builder<T> {
        private final String kind;
        private final String from;
        private final RowMapper<T> mapper;
        private final List<Join> joins = new ArrayList<>();
        private final Map<String, Field> fields = new LinkedHashMap<>();
        private final Map<String, Keyed> keyed = new LinkedHashMap<>();
        private String columns = "*";
        private String tenant = "tenant_id";
        private String id = "id";
        private FieldType idType = FieldType.UUID;
        private String sort = "";
        private @Nullable String site;

        private Builder(String kind, String from, RowMapper<T> mapper) {
            this.kind = kind;
            this.from = from;
            this.mapper = mapper;
        }

        /** What the mapper reads. */
        public Builder<T> columns(String columns) {
            this.columns = columns;
            return this;
        }

        /**
         * A table that adds columns, and neither takes items away nor doubles them. Where neither filter nor order speaks of
         * it, it is joined to the items of the page only, and not for counting. The list itself is of one table then.
         *
         * @param alias by which expressions name it
         * @param sql the join, after those that it needs
         */
        public Builder<T> join(String alias, String sql) {
            joins.add(new Join(sql, Pattern.compile("\\b" + Pattern.quote(alias) + "\\.")));
            return this;
        }

        /** The tenant's column, {@code tenant_id} unless said otherwise. */
        public Builder<T> tenant(String expression) {
            this.tenant = expression;
            return this;
        }

        /**
         * The path of the site at which an item lies. Callers who may not go everywhere see only those at their own sites,
         * in lists and one by one.
         */
        public Builder<T> site(String expression) {
            this.site = expression;
            return this;
        }

        /** The id's column, {@code id} unless said otherwise; unique in the tenant. */
        public Builder<T> id(String expression) {
            return id(expression, FieldType.UUID);
        }

        public Builder<T> id(String expression, FieldType type) {
            this.id = expression;
            this.idType = type;
            return this;
        }

        /** A field to filter and sort by, by its name in JSON. The expression is never null. */
        public Builder<T> field(String name, String expression, FieldType type) {
            fields.put(name, new Field(expression, type, false));
            return this;
        }

        /** A field to filter by, but not to sort by: it may be null. */
        public Builder<T> nullable(String name, String expression, FieldType type) {
            fields.put(name, new Field(expression, type, true));
            return this;
        }

        /**
         * Texts by key, as {@code name.key} in a filter.
         *
         * @param expression with {@code %s} for each place of the key
         */
        public Builder<T> keyed(String name, String expression) {
            keyed.put(name, new Keyed(expression, null));
            return this;
        }

        /**
         * Texts by key, with a way to those of a value that an index serves.
         *
         * @param expression with {@code %s} for each place of the key
         * @param lookup a condition with {@code %s} for the key, and behind it for the comparison with values
         */
        public Builder<T> keyed(String name, String expression, String lookup) {
            keyed.put(name, new Keyed(expression, lookup));
            return this;
        }

        /** The order when nobody asks for another, {@code -createdAt}. */
        public Builder<T> sort(String sort) {
            this.sort = sort;
            return this;
        }

        /** @throws InvalidInput if the default order names an unknown field */
        public ListQuery<T> build() {
            var query = new ListQuery<>(this);
            query.order(null);
            return query;
        }
    }
}
