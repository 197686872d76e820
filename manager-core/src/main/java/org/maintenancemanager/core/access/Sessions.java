package org.maintenancemanager.core.access;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.Session;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.SqlCondition;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Who is logged in to the console, from where, since when. */
@Service
public class Sessions {
    private static final String KIND = "session";

    /** Nobody needs more at once; the oldest gives way. */
    private static final int MOST_OF_ONE = 20;

    private static final int LONGEST_CLIENT = 300;
    private static final int LONGEST_ADDRESS = 64;

    /** How long it is remembered from where people logged in. */
    private static final int DAYS_KEPT = 30;

    private static final ListQuery<Session> LIST = ListQuery.of(KIND, """
                    console_session s
                    left join person p on p.tenant_id = s.tenant_id and p.id = s.person_id
                    left join api_token a on a.tenant_id = s.tenant_id and a.id = s.api_token_id
                    """, (row, number) -> session(row))
            .columns("s.*, coalesce(p.name, a.name) as name")
            .tenant("s.tenant_id")
            .id("s.id")
            .field("id", "s.id", FieldType.UUID)
            .nullable("personId", "s.person_id", FieldType.UUID)
            .nullable("apiTokenId", "s.api_token_id", FieldType.UUID)
            .field("name", "coalesce(p.name, a.name)", FieldType.TEXT)
            .field("address", "s.address", FieldType.TEXT)
            .field("createdAt", "s.created_at", FieldType.INSTANT)
            .field("lastUsedAt", "s.last_used_at", FieldType.INSTANT)
            .field("expiresAt", "s.expires_at", FieldType.INSTANT)
            .sort("-id")
            .build();

    private final JdbcClient jdbc;
    private final AuditLog audit;
    private final ChangeNotes notes;
    private final AccessSettings settings;

    Sessions(JdbcClient jdbc, AuditLog audit, ChangeNotes notes, AccessSettings settings) {
        this.jdbc = jdbc;
        this.audit = audit;
        this.notes = notes;
        this.settings = settings;
    }

    /** Those that are alive. */
    public Page<Session> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request, alive());
    }

    /** Those of one person that are alive. */
    public Page<Session> listOf(UUID person, ListRequest request) {
        return LIST.fetch(
                jdbc,
                CallContext.current().tenant(),
                request,
                alive().and(SqlCondition.of("coalesce(s.person_id, s.api_token_id) = :owner", "owner", person)));
    }

    private SqlCondition alive() {
        return SqlCondition.of(
                "s.ended_at is null and s.expires_at > now()"
                        + " and s.last_used_at > now() - make_interval(secs => :idle)",
                "idle",
                settings.sessionIdle().toSeconds());
    }

    /** Ends it within a second, also where a request is under way. */
    @Transactional
    public void end(UUID id) {
        TenantId tenant = CallContext.current().tenant();
        end(tenant, LIST.load(jdbc, tenant, id));
    }

    /** Ends one of this person or token; @throws NotFound if it is somebody else's. */
    @Transactional
    public void endOf(UUID owner, UUID id) {
        TenantId tenant = CallContext.current().tenant();
        Session session = LIST.load(jdbc, tenant, id);
        if (!owner.equals(session.personId()) && !owner.equals(session.apiTokenId())) {
            throw new NotFound(KIND, id.toString());
        }
        end(tenant, session);
    }

    private void end(TenantId tenant, Session session) {
        int ended = jdbc.sql("""
                        update console_session set ended_at = now()
                        where tenant_id = :tenant and id = :id and ended_at is null
                        """)
                .param("tenant", tenant.value())
                .param("id", session.id())
                .update();
        if (ended == 1) {
            audit.record("session.ended", KIND, session.id(), session, null);
            notes.apiTokensChanged(tenant);
        }
    }

    /**
     * All of the tenant.
     *
     * @return how many
     */
    @Transactional
    public int endAll() {
        TenantId tenant = CallContext.current().tenant();
        int ended = jdbc.sql(
                        "update console_session set ended_at = now() where tenant_id = :tenant and ended_at is null")
                .param("tenant", tenant.value())
                .update();
        notes.apiTokensChanged(tenant);
        return ended;
    }

    /** All of a person, but one. */
    @Transactional(propagation = Propagation.MANDATORY)
    void endAll(TenantId tenant, UUID person, @Nullable UUID but) {
        jdbc.sql("""
                        update console_session set ended_at = now()
                        where tenant_id = :tenant and person_id = :person and ended_at is null
                          and id is distinct from cast(:but as uuid)
                        """)
                .param("tenant", tenant.value())
                .param("person", person)
                .param("but", but)
                .update();
        notes.apiTokensChanged(tenant);
    }

    /** A new session of an API token. */
    @Transactional(propagation = Propagation.MANDATORY)
    Token openOfToken(TenantId tenant, UUID apiToken, LogIns.Origin from) {
        return open(tenant, null, apiToken, false, from);
    }

    /**
     * A new session of a person.
     *
     * @param secondFactor whether one was shown, here or at the provider
     */
    @Transactional(propagation = Propagation.MANDATORY)
    Token open(TenantId tenant, UUID person, boolean secondFactor, LogIns.Origin from) {
        return open(tenant, person, null, secondFactor, from);
    }

    private Token open(
            TenantId tenant, @Nullable UUID person, @Nullable UUID apiToken, boolean secondFactor, LogIns.Origin from) {
        Token token = Token.generate(Token.Kind.SESSION);
        jdbc.sql("""
                        insert into console_session
                            (tenant_id, id, person_id, api_token_id, secret_sha256, second_factor, expires_at, address,
                             client)
                        values (:tenant, :id, cast(:person as uuid), cast(:apiToken as uuid), :sha256, :secondFactor,
                                now() + make_interval(secs => :length), :address, :client)
                        """)
                .param("tenant", tenant.value())
                .param("id", token.id())
                .param("person", person)
                .param("apiToken", apiToken)
                .param("sha256", token.sha256())
                .param("secondFactor", secondFactor)
                .param("length", settings.sessionLength().toSeconds())
                .param("address", SessionDirectory.abbreviated(from.address(), LONGEST_ADDRESS))
                .param("client", SessionDirectory.abbreviated(from.client(), LONGEST_CLIENT))
                .update();
        jdbc.sql("""
                        update console_session set ended_at = now()
                        where tenant_id = :tenant and id in (
                            select id from console_session
                            where tenant_id = :tenant and ended_at is null
                              and (person_id = cast(:person as uuid) or api_token_id = cast(:apiToken as uuid))
                            order by created_at desc, id desc
                            offset :most)
                        """)
                .param("tenant", tenant.value())
                .param("person", person)
                .param("apiToken", apiToken)
                .param("most", MOST_OF_ONE)
                .update();
        audit.record("session.opened", KIND, token.id(), null, LIST.load(jdbc, tenant, token.id()));
        return token;
    }

    /** Goes on under a new secret, since whoever has it proved again who it is. */
    @Transactional(propagation = Propagation.MANDATORY)
    Token renew(TenantId tenant, UUID id) {
        Token fresh = Token.generate(Token.Kind.SESSION);
        var token = new Token(Token.Kind.SESSION, id, fresh.secret());
        jdbc.sql("""
                        update console_session set authenticated_at = now(), secret_sha256 = :sha256
                        where tenant_id = :tenant and id = :id and ended_at is null
                        """)
                .param("tenant", tenant.value())
                .param("id", id)
                .param("sha256", token.sha256())
                .update();
        audit.record("session.renewed", KIND, id, null, null);
        notes.apiTokensChanged(tenant);
        return token;
    }

    @Scheduled(fixedDelayString = "PT10M")
    @Transactional
    void forgetOld() {
        EveryTenant.run(() -> jdbc.sql("""
                        delete from console_session
                        where ctid in (
                            select ctid from console_session
                            where expires_at < now() - make_interval(days => :days)
                            limit 10000
                            for update skip locked)
                        """).param("days", DAYS_KEPT).update());
    }

    private static Session session(ResultSet row) throws SQLException {
        return new Session(
                row.getObject("id", UUID.class),
                row.getObject("person_id", UUID.class),
                row.getObject("api_token_id", UUID.class),
                row.getString("name"),
                row.getString("address"),
                row.getString("client"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("authenticated_at", OffsetDateTime.class).toInstant(),
                row.getObject("last_used_at", OffsetDateTime.class).toInstant(),
                row.getObject("expires_at", OffsetDateTime.class).toInstant());
    }
}
