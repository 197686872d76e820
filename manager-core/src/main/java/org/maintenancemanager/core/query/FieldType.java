package org.maintenancemanager.core.query;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What values a field of a list has, and how a text becomes one. */
public final class FieldType {
    public static final FieldType TEXT = new FieldType(Kind.TEXT, "text", List.of());
    public static final FieldType UUID = new FieldType(Kind.UUID, "uuid", List.of());
    public static final FieldType INSTANT = new FieldType(Kind.INSTANT, "timestamptz", List.of());
    public static final FieldType LONG = new FieldType(Kind.LONG, "bigint", List.of());
    public static final FieldType DECIMAL = new FieldType(Kind.DECIMAL, "numeric", List.of());
    public static final FieldType BOOLEAN = new FieldType(Kind.BOOLEAN, "boolean", List.of());

    /** PostgreSQL knows no instants beyond these. */
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private enum Kind {
        TEXT,
        UUID,
        INSTANT,
        LONG,
        DECIMAL,
        BOOLEAN,
        CHOICE
    }

    private final Kind kind;
    private final String sqlType;
    private final List<String> choices;

    private FieldType(Kind kind, String sqlType, List<String> choices) {
        this.kind = kind;
        this.sqlType = sqlType;
        this.choices = choices;
    }

    /** A text column that holds the names of an enum. */
    public static FieldType oneOf(Class<? extends Enum<?>> choices) {
        return new FieldType(
                Kind.CHOICE,
                "text",
                Stream.of(choices.getEnumConstants()).map(Enum::name).toList());
    }

    /** A text column that holds one of these. */
    public static FieldType oneOf(String... choices) {
        return new FieldType(Kind.CHOICE, "text", List.of(choices));
    }

    /** Whether {@code *} in a value stands for any text. */
    boolean hasWildcards() {
        return kind == Kind.TEXT;
    }

    boolean allows(Operator operator) {
        return !operator.isOrdering() || kind != Kind.BOOLEAN && kind != Kind.CHOICE;
    }

    /** What is allowed, for a message. */
    String description() {
        return switch (kind) {
            case TEXT -> "a text";
            case UUID -> "a UUID such as 0198c5f0-0000-7000-8000-000000000001";
            case INSTANT -> "an ISO 8601 instant such as 2026-03-01T02:00:00Z";
            case LONG -> "an integer of at most 64 bits";
            case DECIMAL -> "a number such as 0.25";
            case BOOLEAN -> "true or false";
            case CHOICE -> "one of " + String.join(", ", choices);
        };
    }

    /** The value to bind; null if the text is not one of this type. */
    @Nullable
    Object parse(String text) {
        try {
            return switch (kind) {
                case TEXT -> text;
                case UUID -> text.length() == 36 ? java.util.UUID.fromString(text) : null;
                case INSTANT -> instant(text);
                case LONG -> Long.valueOf(text);
                case DECIMAL -> text.length() <= 50 ? decimal(text) : null;
                case BOOLEAN -> text.equals("true") ? Boolean.TRUE : text.equals("false") ? Boolean.FALSE : null;
                case CHOICE -> choices.contains(text) ? text : null;
            };
        } catch (IllegalArgumentException | DateTimeException notOfThisType) {
            return null;
        }
    }

    /** A parameter of this type, in SQL. */
    String parameter(String name) {
        return "cast(:" + name + " as " + sqlType + ")";
    }

    /** An expression of this type as a text that {@link #parse} reads. */
    String asText(String expression) {
        return kind == Kind.INSTANT
                ? "to_char((" + expression + ") at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                : "cast(" + expression + " as text)";
    }

    private static @Nullable Object decimal(String text) {
        BigDecimal number = new BigDecimal(text);
        // 1e999999999 is short to write and long to expand.
        return Math.abs((long) number.scale()) <= 50 ? number : null;
    }

    private static @Nullable Object instant(String text) {
        Instant instant = OffsetDateTime.parse(text).toInstant();
        return instant.isBefore(EARLIEST) || instant.isAfter(LATEST) ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
