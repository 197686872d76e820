package org.maintenancemanager.core.calendar;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.query.ViolatedConstraint;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.WindowDefinition;
import org.maintenancemanager.core.window.WindowDefinition.Kind;
import org.maintenancemanager.core.window.WindowDraft.TargetDraft;
import org.maintenancemanager.core.window.WindowDraft.TargetType;
import org.maintenancemanager.core.window.Windows;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Calendars of the tenant of the call, whose events are windows or freezes. A content is taken as a whole or not at all; what
 * cannot be used leaves the one before in force, and the calendar says so.
 */
@Service
public class Calendars {
    /** Of a content. */
    public static final int MAX_BYTES = 2 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Calendars.class);
    private static final String KIND = "calendar";
    private static final int MAX_CALENDARS = 50;
    private static final int DUE_AT_ONCE = 20;
    private static final int FETCHERS = 4;

    private static final ListQuery<Calendar> LIST = ListQuery.of(
                    KIND,
                    "calendar c left join site s on s.tenant_id = c.tenant_id and s.id = c.target_site_id",
                    (row, number) -> calendar(row))
            .columns("""
                    c.id, c.name, c.kind, c.zone, c.target, s.path site_path, c.target_selector, c.target_node_id,
                    c.enabled, c.url, c.refresh_minutes, c.events, c.content_sha256, c.checked_at, c.loaded_at, c.problem,
                    c.next_check_at, c.created_at, c.updated_at, c.version""")
            .tenant("c.tenant_id")
            .id("c.id")
            .field("id", "c.id", FieldType.UUID)
            .field("name", "c.name", FieldType.TEXT)
            .field("kind", "c.kind", FieldType.oneOf(Kind.class))
            .field("enabled", "c.enabled", FieldType.BOOLEAN)
            .nullable("checkedAt", "c.checked_at", FieldType.INSTANT)
            .nullable("loadedAt", "c.loaded_at", FieldType.INSTANT)
            .nullable("problem", "c.problem", FieldType.TEXT)
            .field("createdAt", "c.created_at", FieldType.INSTANT)
            .field("updatedAt", "c.updated_at", FieldType.INSTANT)
            .sort("name")
            .build();

    private final Windows windows;
    private final GuardedFetch fetch;
    private final AuditLog audit;
    private final DatabaseClock clock;
    private final TransactionTemplate transactions;
    private final JdbcClient jdbc;
    private final Counter loaded;
    private final Counter unchanged;
    private final Counter failed;

    Calendars(
            Windows windows,
            GuardedFetch fetch,
            AuditLog audit,
            DatabaseClock clock,
            TransactionTemplate transactions,
            JdbcClient jdbc,
            MeterRegistry meters) {
        this.windows = windows;
        this.fetch = fetch;
        this.audit = audit;
        this.clock = clock;
        this.transactions = transactions;
        this.jdbc = jdbc;
        loaded = counter(meters, "loaded");
        unchanged = counter(meters, "unchanged");
        failed = counter(meters, "failed");
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("manager.calendar.checks")
                .tag("outcome", outcome)
                .description("calendars fetched or uploaded by outcome")
                .register(meters);
    }

    public Page<Calendar> list(ListRequest request) {
        return LIST.fetch(jdbc, tenant(), request);
    }

    /** @throws NotFound if the tenant has no such calendar */
    public Calendar load(CalendarId id) {
        return LIST.load(jdbc, tenant(), id.value());
    }

    /** Without content yet; that of an address is fetched within a minute. */
    public List<Calendar> create(List<CalendarDraft> drafts) {
        return inTransaction(() -> {
            var problems = new Problems();
            List<WindowDefinition> checked = new ArrayList<>();
            for (int i = 0; i < drafts.size(); i++) {
                WindowDefinition like = checked(drafts.get(i), "/" + i, problems);
                if (like != null) {
                    checked.add(like);
                }
            }
            problems.throwIfAny();
            List<Calendar> created = new ArrayList<>();
            for (CalendarDraft draft : drafts) {
                var id = new CalendarId(Ids.next());
                write(id, draft, """
                        insert into calendar (tenant_id, id, name, kind, zone, target, target_site_id, target_selector,
                                              target_node_id, enabled, url, refresh_minutes, next_check_at)
                        values (:tenant, :id, :name, :kind, :zone, :target,
                                (select id from site where tenant_id = :tenant and path = :path), :selector, :node,
                                :enabled, :url, :refresh, case when :url::text is not null then now() end)
                        """);
                Calendar calendar = load(id);
                audit.record("calendar.created", KIND, id, null, calendar.draft());
                created.add(calendar);
            }
            checkNumber();
            return created;
        });
    }

    private void checkNumber() {
        int calendars = jdbc.sql("select count(*) from calendar where tenant_id = :tenant")
                .param("tenant", tenant().value())
                .query(Integer.class)
                .single();
        if (calendars > MAX_CALENDARS) {
            throw new Conflict(ProblemType.CONFLICT, "A tenant may have %d calendars.".formatted(MAX_CALENDARS));
        }
    }

    /** The windows follow at once: another zone, target or kind is that of all of them. */
    public Calendar change(CalendarId id, long revision, UnaryOperator<CalendarDraft> change) {
        return inTransaction(() -> {
            String content = lock(id, revision);
            Calendar before = load(id);
            CalendarDraft wanted = change.apply(before.draft());
            var problems = new Problems();
            WindowDefinition like = checked(wanted, "", problems);
            problems.throwIfAny();
            if (wanted.equals(before.draft()) || like == null) {
                return before;
            }
            write(id, wanted, """
                    update calendar
                    set name = :name, kind = :kind, zone = :zone, target = :target,
                        target_site_id = (select id from site where tenant_id = :tenant and path = :path),
                        target_selector = :selector, target_node_id = :node, enabled = :enabled,
                        next_check_at = case when :url::text is not null
                                             then case when url = :url then next_check_at else now() end end,
                        etag = case when url = :url then etag end,
                        last_modified = case when url = :url then last_modified end,
                        url = :url, refresh_minutes = :refresh, updated_at = now(), version = version + 1
                    where tenant_id = :tenant and id = :id
                    """);
            if (content != null) {
                try {
                    windows.replaceOf(id.value(), EventWindows.of(content, like, clock.now()));
                } catch (UnreadableCalendar e) {
                    throw InvalidInput.at("", "does not fit the content: " + e.getMessage());
                }
            }
            Calendar after = load(id);
            audit.record("calendar.changed", KIND, id, before.draft(), after.draft());
            return after;
        });
    }

    /** Its windows and freezes go with it. */
    public void delete(CalendarId id, long revision) {
        inTransaction(() -> {
            lock(id, revision);
            Calendar before = load(id);
            windows.replaceOf(id.value(), Map.of());
            jdbc.sql("delete from calendar where tenant_id = :tenant and id = :id")
                    .param("tenant", tenant().value())
                    .param("id", id.value())
                    .update();
            audit.record("calendar.deleted", KIND, id, before.draft(), null);
            return before;
        });
    }

    /**
     * Takes an uploaded content.
     *
     * @throws InvalidInput if it cannot be used; the one before stays in force, and the calendar says so
     * @throws Conflict if the calendar is fetched from an address
     */
    public Calendar upload(CalendarId id, byte[] content) {
        if (load(id).draft().url() != null) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE, "the calendar is fetched from its url; remove that to upload instead");
        }
        Outcome outcome = take(id, new GuardedFetch.Found(content, null, null));
        if (outcome.problem != null) {
            throw InvalidInput.at("", outcome.problem);
        }
        return outcome.calendar;
    }

    /** The content that is in force; null before the first. */
    public @Nullable String content(CalendarId id) {
        load(id);
        return jdbc.sql("select content from calendar where tenant_id = :tenant and id = :id")
                .param("tenant", tenant().value())
                .param("id", id.value())
                .query(String.class)
                .optional()
                .orElse(null);
    }

    /**
     * Fetches now. Whether that worked stands in the calendar.
     *
     * @throws Conflict if the calendar has no address
     */
    public Calendar refresh(CalendarId id) {
        Calendar before = load(id);
        String url = before.draft().url();
        if (url == null) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, "the calendar has no url; upload its content instead");
        }
        Map<String, String> headers = new HashMap<>();
        jdbc.sql(
                        "select etag, last_modified from calendar where tenant_id = :tenant and id = :id and content is not null")
                .param("tenant", tenant().value())
                .param("id", id.value())
                .query(row -> {
                    put(headers, "If-None-Match", row.getString("etag"));
                    put(headers, "If-Modified-Since", row.getString("last_modified"));
                });
        try {
            return take(id, fetch.fetch(URI.create(url), headers, MAX_BYTES)).calendar;
        } catch (IOException e) {
            String message = e.getMessage();
            return checked(id, message == null ? "The server could not be read." : message);
        }
    }

    private static void put(Map<String, String> headers, String name, @Nullable String value) {
        if (value != null) {
            headers.put(name, value);
        }
    }

    /** Fetches those of all tenants that are due, a few at a time. */
    public void refreshDue() {
        record Due(TenantId tenant, CalendarId id) {}
        List<Due> due = EveryTenant.get(() -> jdbc.sql("""
                        select tenant_id, id from calendar
                        where url is not null and enabled and next_check_at <= now()
                        order by next_check_at
                        limit :limit
                        """)
                .param("limit", DUE_AT_ONCE)
                .query((row, number) -> new Due(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        new CalendarId(row.getObject("id", UUID.class))))
                .list());
        if (due.isEmpty()) {
            return;
        }
        try (ExecutorService fetchers = Executors.newFixedThreadPool(
                FETCHERS, Thread.ofVirtual().name("calendar-", 0).factory())) {
            for (Due one : due) {
                fetchers.submit(() -> {
                    try {
                        CallContext.system(one.tenant, "calendars").run(() -> refresh(one.id));
                    } catch (NotFound deletedMeanwhile) {
                        LOG.debug("calendar {} is gone", one.id);
                    } catch (RuntimeException e) {
                        LOG.warn("calendar {} could not be refreshed; it is tried again", one.id, e);
                    }
                });
            }
        }
    }

    private record Outcome(Calendar calendar, @Nullable String problem) {}

    /** Takes a content if it can be used; unchanged, only the time of the check is written. */
    private Outcome take(CalendarId id, GuardedFetch.Answer answer) {
        if (!(answer instanceof GuardedFetch.Found found)) {
            unchanged.increment();
            return new Outcome(checked(id, null), null);
        }
        String sha256 = sha256(found.content());
        try {
            String content = text(found.content());
            Calendar calendar = inTransaction(() -> {
                lock(id, null);
                Calendar before = load(id);
                if (sha256.equals(before.contentSha256())) {
                    unchanged.increment();
                    return checked(id, null);
                }
                WindowDefinition like = windows.checked(before.draft().asWindow(), "", new Problems());
                if (like == null) {
                    throw new IllegalStateException("calendar %s was checked before it was kept".formatted(id));
                }
                Map<String, WindowDefinition> events = EventWindows.of(content, like, clock.now());
                jdbc.sql("""
                                update calendar
                                set content = :content, content_sha256 = :sha256, events = :events, etag = :etag,
                                    last_modified = :modified, loaded_at = now(), updated_at = now(),
                                    version = version + 1
                                where tenant_id = :tenant and id = :id
                                """)
                        .param("content", content)
                        .param("sha256", sha256)
                        .param("events", events.size())
                        .param("etag", found.etag())
                        .param("modified", found.lastModified())
                        .param("tenant", tenant().value())
                        .param("id", id.value())
                        .update();
                Map<String, Object> after = new LinkedHashMap<>();
                after.put("contentSha256", sha256);
                after.put("events", events.size());
                audit.record("calendar.loaded", KIND, id, null, after);
                windows.replaceOf(id.value(), events);
                loaded.increment();
                return checked(id, null);
            });
            return new Outcome(calendar, null);
        } catch (UnreadableCalendar e) {
            return new Outcome(checked(id, e.getMessage()), e.getMessage());
        } catch (Conflict e) {
            String sentence = "Its windows cannot be kept: " + e.getMessage();
            return new Outcome(checked(id, sentence), sentence);
        }
    }

    /** Neither a revision nor an event: nothing that anybody decided. */
    private Calendar checked(CalendarId id, @Nullable String problem) {
        if (problem != null) {
            failed.increment();
        }
        // So that all that were created in one call do not come at the same time for ever.
        double jitter = 0.9 + 0.2 * ThreadLocalRandom.current().nextDouble();
        jdbc.sql("""
                        update calendar
                        set checked_at = now(), problem = :problem,
                            next_check_at = case when url is not null
                                                 then now() + refresh_minutes * :jitter * interval '1 minute' end
                        where tenant_id = :tenant and id = :id
                        """)
                .param("problem", problem)
                .param("jitter", jitter)
                .param("tenant", tenant().value())
                .param("id", id.value())
                .update();
        return load(id);
    }

    private @Nullable WindowDefinition checked(CalendarDraft draft, String pointer, Problems problems) {
        draft.check(pointer, problems);
        return windows.checked(draft.asWindow(), pointer, problems);
    }

    private void write(CalendarId id, CalendarDraft draft, String sql) {
        TargetDraft target = draft.target();
        try {
            jdbc.sql(sql)
                    .param("tenant", tenant().value())
                    .param("id", id.value())
                    .param("name", draft.name())
                    .param("kind", (draft.kind() == null ? Kind.FREEZE : draft.kind()).name())
                    .param("zone", draft.zone())
                    .param(
                            "target",
                            target == null || target.type() == null
                                    ? null
                                    : target.type().name())
                    .param("path", target == null ? null : target.sitePath())
                    .param("selector", target == null ? null : target.selector())
                    .param("node", target == null ? null : target.nodeId())
                    .param("enabled", draft.enabled() == null || draft.enabled())
                    .param("url", draft.url())
                    .param(
                            "refresh",
                            draft.refreshMinutes() == null
                                    ? CalendarDraft.DEFAULT_REFRESH_MINUTES
                                    : draft.refreshMinutes())
                    .update();
        } catch (DataIntegrityViolationException refusal) {
            if (ViolatedConstraint.of(refusal).kind() != ViolatedConstraint.Kind.UNIQUE) {
                throw refusal;
            }
            throw new Conflict(
                    ProblemType.CONFLICT, "There can be only one calendar named '%s'.".formatted(draft.name()));
        }
    }

    /**
     * The content.
     *
     * @param revision that the caller saw; null for whoever did not look
     */
    private @Nullable String lock(CalendarId id, @Nullable Long revision) {
        record Locked(@Nullable String content, long version) {}
        Locked locked = jdbc.sql(
                        "select content, version from calendar where tenant_id = :tenant and id = :id for update")
                .param("tenant", tenant().value())
                .param("id", id.value())
                .query((row, number) -> new Locked(row.getString("content"), row.getLong("version")))
                .optional()
                .orElseThrow(() -> new NotFound(KIND, id.toString()));
        if (revision != null && locked.version != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        return locked.content;
    }

    private <T> T inTransaction(Supplier<T> work) {
        return Objects.requireNonNull(transactions.execute(status -> work.get()));
    }

    private static TenantId tenant() {
        return CallContext.current().tenant();
    }

    private static String text(byte[] content) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                throw new UnreadableCalendar("The file is no text.");
            }
            // What some editors put in front of a text.
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new UnreadableCalendar("The file is no text in UTF-8.");
        }
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Calendar calendar(ResultSet row) throws SQLException {
        return new Calendar(
                new CalendarId(row.getObject("id", UUID.class)),
                new CalendarDraft(
                        row.getString("name"),
                        Kind.valueOf(row.getString("kind")),
                        row.getString("zone"),
                        new TargetDraft(
                                TargetType.valueOf(row.getString("target")),
                                row.getString("site_path"),
                                row.getString("target_selector"),
                                row.getObject("target_node_id", UUID.class)),
                        row.getBoolean("enabled"),
                        row.getString("url"),
                        row.getInt("refresh_minutes")),
                row.getInt("events"),
                row.getString("content_sha256"),
                instant(row, "checked_at"),
                instant(row, "loaded_at"),
                row.getString("problem"),
                instant(row, "next_check_at"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
