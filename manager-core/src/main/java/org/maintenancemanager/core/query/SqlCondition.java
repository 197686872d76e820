package org.maintenancemanager.core.query;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A part of a {@code where} clause. Whatever came from outside stands in the parameters, never in the text.
 *
 * @param sql a boolean expression that can be joined by {@code and} as it is
 * @param params values of the named parameters in {@code sql}
 */
public record SqlCondition(String sql, Map<String, Object> params) {
    public static final SqlCondition ALWAYS = new SqlCondition("true", Map.of());

    public SqlCondition {
        params = Map.copyOf(params);
    }

    public static SqlCondition of(String sql) {
        return new SqlCondition(sql, Map.of());
    }

    /** With one parameter. */
    public static SqlCondition of(String sql, String name, Object value) {
        return new SqlCondition(sql, Map.of(name, value));
    }

    /** Both; parameters of one name must have one value. */
    public SqlCondition and(SqlCondition other) {
        if (this.equals(ALWAYS)) {
            return other;
        }
        if (other.equals(ALWAYS)) {
            return this;
        }
        Map<String, Object> both = new LinkedHashMap<>(params);
        other.params.forEach((name, value) -> {
            Object before = both.put(name, value);
            if (before != null && !before.equals(value)) {
                throw new IllegalArgumentException("two conditions use the parameter name '%s'".formatted(name));
            }
        });
        return new SqlCondition("(" + sql + ") and (" + other.sql + ")", both);
    }
}
