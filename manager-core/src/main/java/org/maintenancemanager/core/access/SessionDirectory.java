package org.maintenancemanager.core.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.annotation.PreDestroy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.event.ChangeListener;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.tenant.CallContext.ActorKind;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Tells whose session it is; believed for as short a time as API tokens are. */
@Component
public class SessionDirectory implements ChangeListener {
    private static final Duration BELIEVED_FOR = Duration.ofMillis(800);
    private static final int SESSIONS_HELD = 10_000;
    private static final byte[] NO_SECRET = new byte[32];

    private final JdbcClient jdbc;
    private final AccessSettings settings;
    private final Cache<UUID, Known> known = Caffeine.newBuilder()
            .maximumSize(SESSIONS_HELD)
            .expireAfterWrite(BELIEVED_FOR)
            .build();
    private final Set<UUID> usedSinceFlush = ConcurrentHashMap.newKeySet();

    SessionDirectory(JdbcClient jdbc, AccessSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    private record Known(Who who, byte[] sha256) {}

    /**
     * Who is logged in.
     *
     * @param tenantName for people to read
     * @param mustChangePassword it may do nothing else before
     * @param mustEnrollTotp likewise
     * @param local whether it has a password of the manager's own
     */
    public record Who(
            Caller caller,
            String tenantName,
            boolean mustChangePassword,
            boolean mustEnrollTotp,
            boolean local,
            boolean totp) {}

    /** Whoever is logged in, if the session did not end and whoever it is may still log in. */
    public Optional<Who> authenticate(Token token) {
        if (token.kind() != Token.Kind.SESSION) {
            return Optional.empty();
        }
        Known found = known.get(token.id(), id -> EveryTenant.get(() -> load(id)));
        boolean matches = token.matches(found == null ? NO_SECRET : found.sha256());
        if (found == null || !matches) {
            return Optional.empty();
        }
        usedSinceFlush.add(token.id());
        return Optional.of(found.who());
    }

    /** Whether the last proof of who it is is recent enough for a dangerous act. */
    public boolean isFresh(Caller.Session session, java.time.Instant now) {
        return session.authenticatedAt().plus(settings.freshFor()).isAfter(now);
    }

    @Override
    public void changed(ChangeNotes.Kind kind, TenantId tenant, List<UUID> ids) {
        if (kind == ChangeNotes.Kind.API_TOKENS) {
            known.invalidateAll();
        }
    }

    @Override
    public void forgetEverything() {
        known.invalidateAll();
    }

    @SuppressWarnings("NullAway") // a Caffeine loader returns null for "no entry"
    private Known load(UUID id) {
        return jdbc.sql("""
                        select s.tenant_id, s.id, s.person_id, s.api_token_id, s.secret_sha256, s.authenticated_at,
                               s.expires_at, t.name as tenant_name, coalesce(p.display_name, p.name, a.name) as name,
                               a.scopes, a.restricted, p.password_hash is not null as local,
                               p.totp_confirmed_at is not null as totp, p.initial_until is not null as must_change,
                               p.password_hash is not null and p.totp_confirmed_at is null and %s as must_enroll,
                               %s
                        from console_session s
                        join tenant t on t.id = s.tenant_id and t.state <> 'DELETED'
                        left join person p on p.tenant_id = s.tenant_id and p.id = s.person_id and p.state = 'ACTIVE'
                        left join api_token a on a.tenant_id = s.tenant_id and a.id = s.api_token_id
                            and a.revoked_at is null and a.expires_at > now()
                        where s.id = :id and s.ended_at is null and s.expires_at > now()
                          and s.last_used_at > now() - make_interval(secs => :idle)
                          and num_nonnulls(p.id, a.id) = 1
                          -- There is nothing to set up here: whoever comes from a provider logs in there again.
                          and (p.issuer is null or s.second_factor or not %s)
                        """.formatted(LogInRules.BINDS_PERSON, StoredGrants.column("""
                                g.tenant_id = s.tenant_id and (g.person_id = p.id or g.api_token_id = a.id)"""), LogInRules.BINDS_PERSON))
                .param("id", id)
                .param("idle", settings.sessionIdle().toSeconds())
                .query((row, number) -> new Known(who(row), row.getBytes("secret_sha256")))
                .optional()
                .orElse(null);
    }

    private static Who who(ResultSet row) throws SQLException {
        UUID person = row.getObject("person_id", UUID.class);
        boolean mustChange = row.getBoolean("must_change");
        boolean mustEnroll = row.getBoolean("must_enroll");
        var session = new Caller.Session(
                row.getObject("id", UUID.class),
                row.getObject("authenticated_at", OffsetDateTime.class).toInstant(),
                row.getObject("expires_at", OffsetDateTime.class).toInstant());
        var tenant = new TenantId(row.getObject("tenant_id", UUID.class));
        Caller caller;
        if (person != null) {
            caller = new Caller(
                    tenant,
                    ActorKind.PERSON,
                    person,
                    People.subject(person),
                    row.getString("name"),
                    EnumSet.allOf(Caller.Scope.class),
                    mustChange || mustEnroll ? List.of() : StoredGrants.of(row),
                    session);
        } else {
            UUID token = row.getObject("api_token_id", UUID.class);
            caller = new Caller(
                    tenant,
                    ActorKind.API_TOKEN,
                    token,
                    ApiTokenDirectory.subject(token),
                    row.getString("name"),
                    ApiTokenDirectory.scopes((String[]) row.getArray("scopes").getArray()),
                    row.getBoolean("restricted") ? StoredGrants.of(row) : null,
                    session);
        }
        return new Who(
                caller,
                row.getString("tenant_name"),
                mustChange,
                mustEnroll,
                row.getBoolean("local"),
                row.getBoolean("totp"));
    }

    /** Writes when sessions were last used: one statement, whatever the number of calls since. */
    @Scheduled(fixedDelayString = "PT5S")
    @PreDestroy
    void flushLastUse() {
        UUID[] used = usedSinceFlush.toArray(UUID[]::new);
        if (used.length == 0) {
            return;
        }
        Arrays.asList(used).forEach(usedSinceFlush::remove);
        EveryTenant.run(() -> jdbc.sql("""
                        update console_session s set last_used_at = now()
                        from unnest(:ids) as used (id)
                        where s.id = used.id
                        """).param("ids", used).update());
    }

    static @Nullable String abbreviated(@Nullable String text, int most) {
        return text == null || text.length() <= most ? text : text.substring(0, most);
    }
}
