package org.maintenancemanager.core.window;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.window.WindowDefinition.BySelector;
import org.maintenancemanager.core.window.WindowDefinition.Cron;
import org.maintenancemanager.core.window.WindowDefinition.Default;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.Recurrence;
import org.maintenancemanager.core.window.WindowDefinition.SingleNode;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Target;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;
import org.maintenancemanager.core.window.WindowDefinition.Weekly;
import org.maintenancemanager.core.window.WindowDefinition.Zone;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetType;

/** Reads rows of windows; they were checked before they were written. */
final class StoredWindows {
    static final String TABLES =
            "maintenance_window w left join site s on s.tenant_id = w.tenant_id and s.id = w.target_site_id";

    static final String COLUMNS = "w.*, s.path site_path";

    private static final Pattern WEEKLY = Pattern.compile("FREQ=WEEKLY;INTERVAL=(\\d+);WKST=MO;BYDAY=([A-Z,]+)");

    private StoredWindows() {}

    static Window window(ResultSet row) throws SQLException {
        return new Window(
                definition(row),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"),
                row.getObject("calendar_id", UUID.class));
    }

    static WindowDefinition definition(ResultSet row) throws SQLException {
        return new WindowDefinition(
                new WindowId(row.getObject("id", UUID.class)),
                row.getString("name"),
                Kind.valueOf(row.getString("kind")),
                recurrence(row),
                Zone.of(row.getString("zone")),
                target(row),
                row.getBoolean("enabled"),
                instant(row, "valid_from"),
                instant(row, "valid_until"));
    }

    private static Recurrence recurrence(ResultSet row) throws SQLException {
        LocalDateTime start = row.getObject("starts_at", LocalDateTime.class);
        Duration duration = Duration.ofSeconds(row.getLong("duration_seconds"));
        return switch (RecurrenceType.valueOf(row.getString("recurrence"))) {
            case ONE_SHOT -> new OneShot(start, row.getObject("ends_at", LocalDateTime.class));
            case WEEKLY -> weekly(row.getString("rrule"), start, duration);
            case RRULE ->
                new RRule(
                        start,
                        row.getString("rrule"),
                        times(row, "exdates"),
                        times(row, "rdates"),
                        duration,
                        row.getBoolean("whole_days"));
            case CRON -> new Cron(row.getString("cron"), duration);
        };
    }

    private static Weekly weekly(String rule, LocalDateTime start, Duration duration) {
        Matcher parts = WEEKLY.matcher(rule);
        if (!parts.matches()) {
            throw new IllegalStateException("expected a weekly rule as WindowRow writes it, found " + rule);
        }
        Set<DayOfWeek> days =
                Arrays.stream(parts.group(2).split(",")).map(Recurrences::dayOf).collect(Collectors.toSet());
        return new Weekly(days, Integer.parseInt(parts.group(1)), start, duration);
    }

    private static Target target(ResultSet row) throws SQLException {
        return switch (TargetType.valueOf(row.getString("target"))) {
            case TENANT -> new Tenant();
            case DEFAULT -> new Default();
            case SITE -> new SiteSubtree(row.getString("site_path"));
            case SELECTOR -> new BySelector(Selector.parse(row.getString("target_selector")));
            case NODE -> new SingleNode(new NodeId(row.getObject("target_node_id", UUID.class)));
        };
    }

    private static List<LocalDateTime> times(ResultSet row, String column) throws SQLException {
        return Arrays.stream((String[]) row.getArray(column).getArray())
                .map(LocalDateTime::parse)
                .toList();
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
