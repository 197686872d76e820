package org.maintenancemanager.core.window;

import static java.util.Objects.requireNonNull;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.annotations.CurrentTimestamp;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.SourceType;
import org.hibernate.annotations.TenantId;
import org.hibernate.generator.EventType;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.node.SiteId;
import org.maintenancemanager.core.window.WindowDefinition.BySelector;
import org.maintenancemanager.core.window.WindowDefinition.Cron;
import org.maintenancemanager.core.window.WindowDefinition.Default;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDefinition.OneShot;
import org.maintenancemanager.core.window.WindowDefinition.RRule;
import org.maintenancemanager.core.window.WindowDefinition.SingleNode;
import org.maintenancemanager.core.window.WindowDefinition.SiteSubtree;
import org.maintenancemanager.core.window.WindowDefinition.Tenant;
import org.maintenancemanager.core.window.WindowDefinition.Weekly;
import org.maintenancemanager.core.window.WindowDraft.RecurrenceType;
import org.maintenancemanager.core.window.WindowDraft.TargetType;

/** A window as it is written; {@link Windows} reads them by SQL, all of a tenant at once. */
@Entity
@Table(name = "maintenance_window")
class WindowRow {
    @Id
    private UUID id;

    @TenantId
    private UUID tenantId;

    private String name;

    @Enumerated(EnumType.STRING)
    private Kind kind;

    @Enumerated(EnumType.STRING)
    private RecurrenceType recurrence;

    /** Sent as it stands: as a timestamp it would be turned into an instant of this machine's zone, and back. */
    @JdbcTypeCode(SqlTypes.LOCAL_DATE_TIME)
    private @Nullable LocalDateTime startsAt;

    @JdbcTypeCode(SqlTypes.LOCAL_DATE_TIME)
    private @Nullable LocalDateTime endsAt;

    private @Nullable String rrule;
    private @Nullable String cron;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<String> exdates;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<String> rdates;

    private boolean wholeDays;
    private @Nullable UUID calendarId;
    private @Nullable String calendarEvent;
    private @Nullable Long durationSeconds;
    private String zone;

    @Enumerated(EnumType.STRING)
    private TargetType target;

    private @Nullable UUID targetSiteId;
    private @Nullable String targetSelector;
    private @Nullable UUID targetNodeId;
    private boolean enabled;
    private @Nullable Instant validFrom;
    private @Nullable Instant validUntil;

    @CurrentTimestamp(event = EventType.INSERT, source = SourceType.DB)
    @Column(updatable = false)
    private Instant createdAt;

    @CurrentTimestamp(source = SourceType.DB)
    private Instant updatedAt;

    /** Null until it is stored, which is how Spring Data knows a new one. */
    @Version
    private @Nullable Long version;

    @SuppressWarnings("NullAway.Init")
    WindowRow() {}

    /** @param site the one that a SITE target names, null for other targets */
    @SuppressWarnings("NullAway.Init")
    WindowRow(WindowDefinition checked, @Nullable SiteId site) {
        id = checked.id().value();
        take(checked, site);
    }

    final void take(WindowDefinition checked, @Nullable SiteId site) {
        name = checked.name();
        kind = checked.kind();
        zone = checked.zone().text();
        enabled = checked.enabled();
        validFrom = checked.validFrom();
        validUntil = checked.validUntil();
        startsAt = null;
        endsAt = null;
        rrule = null;
        cron = null;
        wholeDays = false;
        durationSeconds = null;
        exdates = List.of();
        rdates = List.of();
        switch (checked.recurrence()) {
            case OneShot once -> {
                recurrence = RecurrenceType.ONE_SHOT;
                startsAt = once.start();
                endsAt = once.end();
            }
            case Weekly weekly -> {
                recurrence = RecurrenceType.WEEKLY;
                startsAt = weekly.start();
                durationSeconds = weekly.duration().toSeconds();
                rrule = "FREQ=WEEKLY;INTERVAL=%d;WKST=MO;BYDAY=%s"
                        .formatted(
                                weekly.interval(),
                                weekly.days().stream()
                                        .sorted()
                                        .map(day -> day.name().substring(0, 2))
                                        .collect(Collectors.joining(",")));
            }
            case RRule rule -> {
                recurrence = RecurrenceType.RRULE;
                startsAt = rule.start();
                durationSeconds = rule.duration().toSeconds();
                rrule = rule.rule();
                wholeDays = rule.wholeDays();
                exdates = WindowDraft.texts(rule.exdates());
                rdates = WindowDraft.texts(rule.rdates());
            }
            case Cron said -> {
                recurrence = RecurrenceType.CRON;
                cron = said.expression();
                durationSeconds = said.duration().toSeconds();
            }
        }
        targetSiteId = null;
        targetSelector = null;
        targetNodeId = null;
        switch (checked.target()) {
            case Tenant all -> target = TargetType.TENANT;
            case Default rest -> target = TargetType.DEFAULT;
            case SiteSubtree subtree -> {
                target = TargetType.SITE;
                targetSiteId = requireNonNull(site).value();
            }
            case BySelector by -> {
                target = TargetType.SELECTOR;
                targetSelector = by.selector().toString();
            }
            case SingleNode single -> {
                target = TargetType.NODE;
                targetNodeId = single.node().value();
            }
        }
    }

    /** Belongs to a calendar from now on. */
    WindowRow of(UUID calendar, String event) {
        calendarId = calendar;
        calendarEvent = event;
        return this;
    }

    @Nullable
    UUID calendar() {
        return calendarId;
    }

    String event() {
        return requireNonNull(calendarEvent);
    }

    UUID id() {
        return id;
    }

    long revision() {
        return requireNonNull(version);
    }
}
