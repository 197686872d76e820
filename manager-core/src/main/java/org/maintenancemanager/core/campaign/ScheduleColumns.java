package org.maintenancemanager.core.campaign;

import jakarta.persistence.Embeddable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignSchedule.Escalation;
import org.maintenancemanager.core.window.WindowId;

/** How a campaign's schedule is kept in the columns of {@code campaign}. */
@Embeddable
@NullUnmarked
class ScheduleColumns {
    private boolean joinLater;
    private Instant endsAt;
    private Instant deadline;
    private Integer escalateAfterSeconds;
    private Integer escalateForSeconds;
    private String escalateReason;
    private UUID[] escalateWindows;
    private UUID[] escalateFreezes;

    protected ScheduleColumns() {}

    ScheduleColumns(CampaignSchedule schedule) {
        joinLater = schedule.joinLater();
        endsAt = schedule.endsAt();
        deadline = schedule.deadline();
        Escalation escalation = schedule.escalation();
        if (escalation != null) {
            escalateAfterSeconds = Math.toIntExact(escalation.after().toSeconds());
            escalateForSeconds = Math.toIntExact(escalation.lasts().toSeconds());
            escalateReason = escalation.reason();
            escalateWindows = ids(escalation.windows());
            escalateFreezes = ids(escalation.freezes());
        }
    }

    CampaignSchedule schedule() {
        return new CampaignSchedule(
                joinLater,
                endsAt,
                deadline,
                escalateAfterSeconds == null
                        ? null
                        : new Escalation(
                                Duration.ofSeconds(escalateAfterSeconds),
                                Duration.ofSeconds(escalateForSeconds),
                                escalateReason,
                                ids(escalateWindows),
                                ids(escalateFreezes)));
    }

    /** The same from a row of {@code campaign}. */
    static CampaignSchedule schedule(ResultSet row) throws SQLException {
        Integer after = row.getObject("escalate_after_seconds", Integer.class);
        return new CampaignSchedule(
                row.getBoolean("join_later"),
                instant(row, "ends_at"),
                instant(row, "deadline"),
                after == null
                        ? null
                        : new Escalation(
                                Duration.ofSeconds(after),
                                Duration.ofSeconds(row.getInt("escalate_for_seconds")),
                                row.getString("escalate_reason"),
                                ids((UUID[]) row.getArray("escalate_windows").getArray()),
                                ids((UUID[]) row.getArray("escalate_freezes").getArray())));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static UUID[] ids(Set<WindowId> windows) {
        return windows.stream().map(WindowId::value).sorted().toArray(UUID[]::new);
    }

    private static Set<WindowId> ids(UUID[] windows) {
        return Arrays.stream(windows).map(WindowId::new).collect(Collectors.toSet());
    }
}
