package org.maintenancemanager.core.calendar;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.ViolatedConstraint;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.core.window.WindowOutlook;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Calendars for the staff of sites, each under an address that is its own key. */
@Service
public class CalendarFeeds {
    private static final String KIND = "calendar-feed";
    private static final int MAX_NAME = 100;
    private static final Duration BACK = Duration.ofDays(7);
    private static final Duration AHEAD = Duration.ofDays(90);
    /** Calendar programs of a whole site may ask at once; a window's change may take as long to be seen. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    private static final ListQuery<CalendarFeed> LIST = ListQuery.of(
                    KIND,
                    "calendar_feed f join site s on s.tenant_id = f.tenant_id and s.id = f.site_id",
                    (row, number) -> feed(row))
            .columns("f.id, f.name, s.path, f.created_by, f.created_at")
            .tenant("f.tenant_id")
            .id("f.id")
            .field("id", "f.id", FieldType.UUID)
            .field("name", "f.name", FieldType.TEXT)
            .field("sitePath", "s.path", FieldType.TEXT)
            .field("createdAt", "f.created_at", FieldType.INSTANT)
            .sort("name")
            .build();

    private final WindowOutlook outlook;
    private final AuditLog audit;
    private final JdbcClient jdbc;
    private final Cache<UUID, Written> written =
            Caffeine.newBuilder().maximumSize(200).expireAfterWrite(KEPT).build();

    CalendarFeeds(WindowOutlook outlook, AuditLog audit, JdbcClient jdbc) {
        this.outlook = outlook;
        this.audit = audit;
        this.jdbc = jdbc;
    }

    /** @param token which nobody can show again */
    public record Created(CalendarFeed feed, Token token) {}

    /** @param etag changes whenever the content does */
    public record Written(String content, String etag) {}

    /** Creates a feed of a site and all below it. */
    @Transactional
    public Created create(@Nullable String name, @Nullable String sitePath) {
        TenantId tenant = CallContext.current().tenant();
        var problems = new Problems();
        problems.line("/name", name, MAX_NAME);
        UUID site = problems.present("/sitePath", sitePath)
                ? jdbc.sql("select id from site where tenant_id = :tenant and path = :path for key share")
                        .param("tenant", tenant.value())
                        .param("path", sitePath)
                        .query(UUID.class)
                        .optional()
                        .orElse(null)
                : null;
        if (sitePath != null && site == null) {
            problems.add("/sitePath", "there is no site " + sitePath);
        }
        problems.throwIfAny();
        Token token = Token.generate(Token.Kind.FEED);
        try {
            jdbc.sql("""
                            insert into calendar_feed (tenant_id, id, name, site_id, secret_sha256, created_by)
                            values (:tenant, :id, :name, :site, :secret, :by)
                            """)
                    .param("tenant", tenant.value())
                    .param("id", token.id())
                    .param("name", name)
                    .param("site", site)
                    .param("secret", token.sha256())
                    .param("by", CallContext.current().actor())
                    .update();
        } catch (DataIntegrityViolationException refusal) {
            if (ViolatedConstraint.of(refusal).kind() != ViolatedConstraint.Kind.UNIQUE) {
                throw refusal;
            }
            throw new Conflict(ProblemType.CONFLICT, "There can be only one feed named '%s'.".formatted(name));
        }
        CalendarFeed feed = LIST.load(jdbc, tenant, token.id());
        audit.record("calendar-feed.created", KIND, feed.id(), null, feed);
        return new Created(feed, token);
    }

    public Page<CalendarFeed> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** From now on its address is that of nothing. */
    @Transactional
    public void revoke(UUID id) {
        TenantId tenant = CallContext.current().tenant();
        CalendarFeed feed = LIST.load(jdbc, tenant, id);
        if (jdbc.sql("delete from calendar_feed where tenant_id = :tenant and id = :id")
                        .param("tenant", tenant.value())
                        .param("id", id)
                        .update()
                == 0) {
            throw new NotFound(KIND, id.toString());
        }
        audit.record("calendar-feed.revoked", KIND, id, feed, null);
    }

    /** What stands at the address of a feed; empty for a token that is none, or no more. */
    public Optional<Written> read(Token token) {
        record Known(TenantId tenant, String name, String path, byte[] secret) {}
        if (token.kind() != Token.Kind.FEED) {
            return Optional.empty();
        }
        // Asked each time, so that a revoked one is gone at once.
        List<Known> known = EveryTenant.get(() -> jdbc.sql("""
                        select f.tenant_id, f.name, s.path, f.secret_sha256
                        from calendar_feed f join site s on s.tenant_id = f.tenant_id and s.id = f.site_id
                        where f.id = :id
                        """)
                .param("id", token.id())
                .query((row, number) -> new Known(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getString("name"),
                        row.getString("path"),
                        row.getBytes("secret_sha256")))
                .list());
        return known.stream()
                .filter(feed -> token.matches(feed.secret))
                .findFirst()
                .map(feed -> written.get(token.id(), id -> write(feed.tenant, feed.name, feed.path)));
    }

    private Written write(TenantId tenant, String name, String path) {
        try {
            return CallContext.system(tenant, "calendar feed").call(() -> write(name, path));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("reading windows throws no checked exception", e);
        }
    }

    private Written write(String name, String path) {
        // By the day, so that the content changes with the windows and not with each question.
        Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
        String content = FeedFile.write(name, outlook.ofSite(path, today.minus(BACK), today.plus(AHEAD)));
        return new Written(content, Calendars.sha256(content.getBytes(StandardCharsets.UTF_8)));
    }

    private static CalendarFeed feed(ResultSet row) throws SQLException {
        return new CalendarFeed(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("path"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
