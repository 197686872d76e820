package org.maintenancemanager.core.access;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.CallContext.ActorKind;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.Reach;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lets people in: by name and password (and a code, where one is set up), by the first secret, or as whoever an OpenID
 * provider said they are. A failure says the same and does the same work whatever was wrong, and writes nothing.
 */
@Service
public class LogIns {
    private static final Logger log = LoggerFactory.getLogger(LogIns.class);

    private static final int LONGEST_NAME = 200;

    /** Longer is no password of ours; hashing it would only cost. */
    static final int LONGEST_PASSWORD = 128;

    /** When the queue of passwords to be checked is full: it is done by then, if half of them are wrong. */
    private static final int BUSY_SECONDS = 8;

    private static final int ADDRESSES_HELD = 10_000;
    private static final int NAMES_OF_AN_ADDRESS = 1000;
    private static final String MANAGES_PEOPLE = Role.SECURITY_ADMIN.word();

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final PasswordHashing passwords;
    private final SecretBox secrets;
    private final Sessions sessions;
    private final ApiTokenDirectory tokens;
    private final DatabaseClock clock;
    private final StoredGrants grants;
    private final AuditLog audit;
    private final LogInThrottle throttle = new LogInThrottle();
    private final Cache<String, Set<String>> namesByAddress = Caffeine.newBuilder()
            .maximumSize(ADDRESSES_HELD)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();
    private final MeterRegistry meters;

    LogIns(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            PasswordHashing passwords,
            SecretBox secrets,
            Sessions sessions,
            ApiTokenDirectory tokens,
            DatabaseClock clock,
            StoredGrants grants,
            AuditLog audit,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.passwords = passwords;
        this.secrets = secrets;
        this.sessions = sessions;
        this.tokens = tokens;
        this.clock = clock;
        this.grants = grants;
        this.audit = audit;
        this.meters = meters;
    }

    /** How an attempt ended. */
    public sealed interface Outcome {
        /** @param session its secret, which nobody can show again */
        record In(Token session) implements Outcome {}

        /** For whatever reason. */
        record Refused() implements Outcome {}

        /** The password is right; a code is missing. */
        record CodeMissing() implements Outcome {}

        /** The log-in rule demands a second factor, and the provider does not say that it saw one. */
        record SecondFactorMissing() implements Outcome {}

        record TooMany(int retrySeconds) implements Outcome {}
    }

    /** Where an attempt comes from, for the list of sessions. */
    public record Origin(String address, @Nullable String client, String requestId) {}

    private record Known(
            TenantId tenant,
            UUID id,
            String name,
            @Nullable String hash,
            byte @Nullable [] totpSecret,
            long totpLastStep) {}

    /** A password, or a password and code, right or wrong. */
    private enum Proof {
        GIVEN,
        CODE_MISSING,
        WRONG
    }

    /** @param code of the authenticator app, or a recovery code; null if none was given */
    public Outcome byPassword(String name, String password, @Nullable String code, Origin from) {
        boolean possible = !name.isEmpty() && name.length() <= LONGEST_NAME && password.length() <= LONGEST_PASSWORD;
        String tried = possible ? name : "";
        String given = possible ? password : "";
        Throttled throttled = throttle(tried, from.address());
        if (throttled.waitSeconds() > 0) {
            return counted("throttled", new Outcome.TooMany(throttled.waitSeconds()));
        }
        Outcome outcome;
        var somebody = new AtomicReference<@Nullable UUID>();
        try {
            outcome = passwords.run(
                    throttled.failures(),
                    () -> {
                        Known known = find(tried);
                        somebody.set(known == null ? null : known.id());
                        String hash = known == null ? null : known.hash();
                        boolean right = passwords.matches(given, hash);
                        if (known == null || hash == null || !right) {
                            return new Outcome.Refused();
                        }
                        String renewed = passwords.isOutdated(hash) ? passwords.hash(given) : hash;
                        return context(known, from)
                                .call(() -> transaction.execute(status -> open(known, renewed, code, from)));
                    },
                    LogIns::isRefused);
        } catch (PasswordHashing.Busy busy) {
            return counted("throttled", new Outcome.TooMany(BUSY_SECONDS));
        }
        return switch (outcome) {
            case Outcome.In in -> {
                throttle.giveBack(tried, from.address(), throttled.knownHere(), System.nanoTime());
                namesByAddress.invalidate(from.address());
                yield counted("in", in);
            }
            // Whoever has the password, but no code yet, will send both in a moment.
            case Outcome.CodeMissing missing -> {
                throttle.giveBack(tried, from.address(), throttled.knownHere(), System.nanoTime());
                yield counted("code-missing", missing);
            }
            case Outcome.Refused refused -> refused(somebody.get(), from);
            case Outcome.SecondFactorMissing missing -> counted("refused", missing);
            case Outcome.TooMany many -> counted("throttled", many);
        };
    }

    private static boolean isRefused(Outcome outcome) {
        return outcome instanceof Outcome.Refused;
    }

    /** @param renewed the hash of the password with the parameters of today; not kept if the password changed meanwhile */
    private Outcome open(Known known, String renewed, @Nullable String code, Origin from) {
        return switch (prove(known, code)) {
            case GIVEN -> {
                jdbc.sql("""
                                update person
                                set last_login_at = now(),
                                    password_hash = case when password_hash = :hash then :renewed else password_hash end
                                where tenant_id = :tenant and id = :id
                                """)
                        .param("hash", known.hash())
                        .param("renewed", renewed)
                        .param("tenant", known.tenant().value())
                        .param("id", known.id())
                        .update();
                yield new Outcome.In(sessions.open(known.tenant(), known.id(), known.totpSecret() != null, from));
            }
            case CODE_MISSING -> new Outcome.CodeMissing();
            case WRONG -> new Outcome.Refused();
        };
    }

    private Proof prove(Known known, @Nullable String code) {
        byte[] sealed = known.totpSecret();
        if (sealed == null) {
            return Proof.GIVEN;
        }
        if (code == null || code.isBlank()) {
            return Proof.CODE_MISSING;
        }
        return isCode(known.tenant(), known.id(), sealed, code.strip()) ? Proof.GIVEN : Proof.WRONG;
    }

    /** Takes the code: neither a step of the app nor a recovery code is good twice. */
    private boolean isCode(TenantId tenant, UUID person, byte[] sealed, String code) {
        String purpose = People.totpPurpose(person);
        byte[] secret;
        try {
            secret = secrets.open(purpose, sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "the code generator's secret of person %s was sealed with another key".formatted(person), e);
        }
        OptionalLong step = Totp.step(secret, code, clock.now());
        if (step.isPresent()) {
            return jdbc.sql("""
                            update person set totp_last_step = :step, totp_secret = :sealed
                            where tenant_id = :tenant and id = :id and totp_last_step < :step
                            """)
                            .param("step", step.getAsLong())
                            .param(
                                    "sealed",
                                    secrets.isSealedBefore(purpose, sealed) ? secrets.seal(purpose, secret) : sealed)
                            .param("tenant", tenant.value())
                            .param("id", person)
                            .update()
                    == 1;
        }
        return jdbc.sql("""
                        update recovery_code set used_at = now()
                        where tenant_id = :tenant and person_id = :person and code_sha256 = :sha256 and used_at is null
                        """)
                        .param("tenant", tenant.value())
                        .param("person", person)
                        .param("sha256", sha256(code))
                        .update()
                == 1;
    }

    /** People copy codes in capitals and with dashes, or not. */
    static byte[] sha256(String recoveryCode) {
        String plain = recoveryCode.replace("-", "").replace(" ", "").toUpperCase(Locale.ROOT);
        try {
            return MessageDigest.getInstance("SHA-256").digest(plain.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * With the secret that the manager printed, or that it was started with: until somebody else can let people in. Later
     * it is for calls of the API only.
     */
    public Outcome bySecret(String secret, Origin from) {
        // No name to count by, and one for all would let any stranger keep the operator out.
        String tried = "secret " + from.address();
        Throttled throttled = throttle(tried, from.address());
        if (throttled.waitSeconds() > 0) {
            return counted("throttled", new Outcome.TooMany(throttled.waitSeconds()));
        }
        Caller caller = FirstApiToken.read(secret)
                .flatMap(token -> tokens.authenticate(token, from.address()))
                .filter(known -> known.grants() == null)
                .orElse(null);
        if (caller == null) {
            return refused(null, from);
        }
        throttle.giveBack(tried, from.address(), throttled.knownHere(), System.nanoTime());
        var context = new CallContext(caller.tenant(), caller.kind(), caller.actor(), from.requestId());
        Outcome outcome;
        try {
            outcome = context.call(() -> transaction.execute(status -> isClosedToSecrets(caller.tenant())
                    ? new Outcome.Refused()
                    : new Outcome.In(sessions.openOfToken(caller.tenant(), caller.id(), from))));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return outcome instanceof Outcome.In ? counted("in", outcome) : refused(null, from);
    }

    /**
     * Somebody whom an OpenID provider vouches for.
     *
     * @param name what the provider calls it; for people to read, never a key
     * @param grants what the provider's claims stand for
     * @param secondFactor whether the provider says that it saw a second factor
     */
    public record Vouched(
            TenantId tenant,
            String issuer,
            String subject,
            String name,
            List<Caller.Grant> grants,
            boolean secondFactor) {}

    /**
     * As whoever an OpenID provider vouches for. Who comes for the first time becomes a person of the tenant, unless the
     * claims stand for no role at all. The roles of the claims replace those of the log-in before. Where the log-in rule
     * demands a second factor of these roles, and there was none, nothing changes.
     */
    public Outcome byProvider(Vouched who, Origin from) {
        Outcome outcome;
        try {
            // Who acts is known only once the person is: until then it is the log-in itself.
            var missing = new AtomicBoolean();
            UUID person = CallContext.system(who.tenant(), "log-in")
                    .call(() -> transaction.execute(status -> {
                        UUID vouched = vouchedPerson(who);
                        if (vouched != null && !who.secondFactor() && isBound(who.tenant(), vouched)) {
                            missing.set(true);
                            status.setRollbackOnly();
                        }
                        return vouched;
                    }));
            if (missing.get()) {
                outcome = new Outcome.SecondFactorMissing();
            } else if (person == null) {
                outcome = new Outcome.Refused();
            } else {
                outcome = new Outcome.In(requireNonNull(context(who.tenant(), person, who.name(), from)
                        .call(() -> transaction.execute(
                                status -> sessions.open(who.tenant(), person, who.secondFactor(), from)))));
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return counted(outcome instanceof Outcome.In ? "in" : "refused", outcome);
    }

    private boolean isBound(TenantId tenant, UUID person) {
        return jdbc.sql("select %s from person p where p.tenant_id = :tenant and p.id = :person"
                        .formatted(LogInRules.BINDS_PERSON))
                .param("tenant", tenant.value())
                .param("person", person)
                .query(Boolean.class)
                .single();
    }

    private @Nullable UUID vouchedPerson(Vouched who) {
        String name = who.name().length() > LONGEST_NAME ? who.name().substring(0, LONGEST_NAME) : who.name();
        record Found(UUID id, TenantId tenant, boolean active, boolean hasGrants) {}
        Found found = jdbc.sql("""
                        select p.id, p.tenant_id, p.state = 'ACTIVE' and t.state = 'ACTIVE' as active,
                               exists (select from access_grant g
                                       where g.tenant_id = p.tenant_id and g.person_id = p.id and g.origin = 'MANUAL')
                                   as has_grants
                        from person p
                        join tenant t on t.id = p.tenant_id
                        where p.issuer = :issuer and p.issuer_subject = :subject
                        for no key update of p
                        """)
                .param("issuer", who.issuer())
                .param("subject", who.subject())
                .query((row, number) -> new Found(
                        row.getObject("id", UUID.class),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getBoolean("active"),
                        row.getBoolean("has_grants")))
                .optional()
                .orElse(null);
        if (found == null ? who.grants().isEmpty() : who.grants().isEmpty() && !found.hasGrants()) {
            return null;
        }
        if (found != null && (!found.active() || !found.tenant().equals(who.tenant()))) {
            return null;
        }
        UUID id = found == null ? Ids.next() : found.id();
        if (found == null) {
            int made = jdbc.sql("""
                            insert into person (tenant_id, id, name, issuer, issuer_subject, last_login_at)
                            values (:tenant, :id, :name, :issuer, :subject, now())
                            on conflict do nothing
                            """)
                    .param("tenant", who.tenant().value())
                    .param("id", id)
                    .param("name", name)
                    .param("issuer", who.issuer())
                    .param("subject", who.subject())
                    .update();
            // Somebody of another tenant, whom this one does not see; or the same somebody, a moment ago.
            if (made == 0) {
                return null;
            }
            audit.record("person.created", "person", id, null, Map.of("name", name, "issuer", who.issuer()));
        } else {
            jdbc.sql("""
                            update person set name = :name, last_login_at = now()
                            where tenant_id = :tenant and id = :id
                            """)
                    .param("tenant", who.tenant().value())
                    .param("id", id)
                    .param("name", name)
                    .update();
        }
        grants.replaceVouched(who.tenant(), id, who.grants());
        return id;
    }

    /** Whether the first secret opens nothing any more: somebody manages people, or the tenant is not served. */
    private boolean isClosedToSecrets(TenantId tenant) {
        return jdbc.sql("""
                        select exists (select from tenant where id = :tenant and state <> 'ACTIVE') or exists (
                            select from access_grant g
                            join person p on p.tenant_id = g.tenant_id and p.id = g.person_id
                            where g.tenant_id = :tenant and g.role = :role and g.site_id is null
                              and p.state = 'ACTIVE' and p.last_login_at is not null and p.initial_until is null)
                        """)
                .param("tenant", tenant.value())
                .param("role", MANAGES_PEOPLE)
                .query(Boolean.class)
                .single();
    }

    /** Proves again who has a session: by the password, and a code where one is set up. */
    public Outcome again(Caller caller, String password, @Nullable String code, Origin from) {
        Caller.Session session = caller.session();
        if (session == null || caller.kind() != ActorKind.PERSON || password.length() > LONGEST_PASSWORD) {
            return new Outcome.Refused();
        }
        String name = caller.subject();
        Throttled throttled = throttle(name, from.address());
        if (throttled.waitSeconds() > 0) {
            return new Outcome.TooMany(throttled.waitSeconds());
        }
        Outcome outcome;
        try {
            outcome = passwords.run(
                    throttled.failures(),
                    () -> {
                        Known known = find(caller.tenant(), caller.id());
                        if (known == null || !passwords.matches(password, known.hash())) {
                            return new Outcome.Refused();
                        }
                        return context(known, from)
                                .call(() -> transaction.execute(status -> switch (prove(known, code)) {
                                    case GIVEN -> new Outcome.In(sessions.renew(caller.tenant(), session.id()));
                                    case CODE_MISSING -> new Outcome.CodeMissing();
                                    case WRONG -> new Outcome.Refused();
                                }));
                    },
                    LogIns::isRefused);
        } catch (PasswordHashing.Busy busy) {
            return new Outcome.TooMany(BUSY_SECONDS);
        }
        if (outcome instanceof Outcome.Refused) {
            return refused(caller.id(), from);
        }
        throttle.giveBack(name, from.address(), throttled.knownHere(), System.nanoTime());
        return outcome;
    }

    /**
     * Runs what tries a password of somebody who is logged in, slowed down as log-ins are.
     *
     * @param isRight tries it
     * @return 0, or how many seconds to wait; then it was not tried
     */
    public int tried(Caller caller, Origin from, BooleanSupplier isRight) {
        Throttled throttled = throttle(caller.subject(), from.address());
        if (throttled.waitSeconds() == 0) {
            try {
                if (isRight.getAsBoolean()) {
                    throttle.giveBack(caller.subject(), from.address(), throttled.knownHere(), System.nanoTime());
                }
            } catch (PasswordHashing.Busy busy) {
                return BUSY_SECONDS;
            }
        }
        return throttled.waitSeconds();
    }

    /** @param failures before this attempt, 0 if it may not be made */
    private record Throttled(int waitSeconds, boolean knownHere, int failures) {}

    private Throttled throttle(String name, String address) {
        Throttled asAnybody = take(name, address, false);
        if (asAnybody.waitSeconds() == 0) {
            return asAnybody;
        }
        boolean knownHere;
        try {
            knownHere = namesFrom(address).contains(name.toLowerCase(Locale.ROOT));
        } catch (PasswordHashing.Busy busy) {
            return asAnybody;
        }
        return knownHere ? take(name, address, true) : asAnybody;
    }

    private Throttled take(String name, String address, boolean knownHere) {
        long now = System.nanoTime();
        int failures = throttle.failures(name, address, knownHere, now);
        return new Throttled(throttle.take(name, address, knownHere, now), knownHere, failures);
    }

    /** Who logged in from there lately; asked once a minute and address at most. */
    private Set<String> namesFrom(String address) {
        return namesByAddress.get(
                address,
                unknown -> passwords.run(() -> {
                    Set<String> names = new HashSet<>();
                    EveryTenant.run(() -> jdbc.sql("""
                            select distinct lower(p.name) as name, p.id
                            from console_session s
                            join person p on p.tenant_id = s.tenant_id and p.id = s.person_id
                            where s.address = :address
                            limit :most
                            """)
                            .param("address", unknown)
                            .param("most", NAMES_OF_AN_ADDRESS)
                            .query((row, number) -> names.add(row.getString("name"))
                                    | names.add(People.subject(row.getObject("id", UUID.class))))
                            .list());
                    return names;
                }));
    }

    private @Nullable Known find(String name) {
        return EveryTenant.get(() -> jdbc.sql("""
                        select p.* from person p
                        join tenant t on t.id = p.tenant_id and t.state = 'ACTIVE'
                        where lower(p.name) = lower(:name) and p.issuer is null and p.state = 'ACTIVE'
                          and (p.initial_until is null or p.initial_until > now())
                        """)
                .param("name", name)
                .query((row, number) -> known(row))
                .optional()
                .orElse(null));
    }

    private @Nullable Known find(TenantId tenant, UUID id) {
        return CallContext.system(tenant, "log-in")
                .get(() -> jdbc.sql("""
                        select p.* from person p where p.tenant_id = :tenant and p.id = :id and p.state = 'ACTIVE'
                        """)
                        .param("tenant", tenant.value())
                        .param("id", id)
                        .query((row, number) -> known(row))
                        .optional()
                        .orElse(null));
    }

    private static Known known(java.sql.ResultSet row) throws java.sql.SQLException {
        boolean confirmed = row.getObject("totp_confirmed_at", OffsetDateTime.class) != null;
        return new Known(
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("password_hash"),
                confirmed ? row.getBytes("totp_secret") : null,
                row.getLong("totp_last_step"));
    }

    private static CallContext context(Known known, Origin from) {
        return context(known.tenant(), known.id(), known.name(), from);
    }

    private static CallContext context(TenantId tenant, UUID person, String name, Origin from) {
        return new CallContext(
                tenant,
                ActorKind.PERSON,
                name + " (" + person + ")",
                from.requestId(),
                new CallContext.Standing(People.subject(person), Reach.EVERYWHERE));
    }

    /**
     * A line of the log, and no row: a flood must write nothing. There are no more lines than the throttle lets through.
     * What was typed as a name is not among them, since it may be a password.
     */
    private Outcome refused(@Nullable UUID person, Origin from) {
        log.info(
                "A log-in was refused: {} from {}",
                person == null ? "nobody known" : People.subject(person),
                from.address());
        return counted("refused", new Outcome.Refused());
    }

    private Outcome counted(String outcome, Outcome result) {
        Counter.builder("manager.logins")
                .tag("outcome", outcome)
                .register(meters)
                .increment();
        return result;
    }
}
