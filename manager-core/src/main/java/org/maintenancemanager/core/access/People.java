package org.maintenancemanager.core.access;

import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.InitialPassword;
import org.maintenancemanager.api.admin.NewPerson;
import org.maintenancemanager.api.admin.Person;
import org.maintenancemanager.api.admin.PersonChange;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** The people of a tenant: who they are, what they may do, and their secrets. */
@Service
public class People {
    private static final String KIND = "person";
    /** A password each has to be hashed. */
    private static final int MOST_AT_ONCE = 50;

    private static final int LONGEST_NAME = 200;
    private static final Duration INITIAL_FOR = Duration.ofHours(72);
    private static final int RECOVERY_CODES = 10;

    /** 120 bits: enough for a plain hash (OWASP ASVS 5.0, section 6.5, wants 112). */
    private static final int RECOVERY_BYTES = 15;

    private static final int INITIAL_BYTES = 15;
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final String OWN = "g.tenant_id = p.tenant_id and g.person_id = p.id";

    private static final ListQuery<Person> LIST = ListQuery.of(KIND, "person p", (row, number) -> person(row))
            .columns("p.*, " + StoredGrants.column(OWN) + ", "
                    + StoredGrants.column("manual_grants", OWN + " and g.origin = 'MANUAL'"))
            .tenant("p.tenant_id")
            .id("p.id")
            .field("id", "p.id", FieldType.UUID)
            .field("name", "p.name", FieldType.TEXT)
            .nullable("displayName", "p.display_name", FieldType.TEXT)
            .nullable("issuer", "p.issuer", FieldType.TEXT)
            .field("state", "p.state", FieldType.oneOf("ACTIVE", "DISABLED"))
            .nullable("lastLoginAt", "p.last_login_at", FieldType.INSTANT)
            .field("createdAt", "p.created_at", FieldType.INSTANT)
            .field("updatedAt", "p.updated_at", FieldType.INSTANT)
            .sort("name")
            .build();

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final AuditLog audit;
    private final ChangeNotes notes;
    private final Sessions sessions;
    private final PasswordHashing passwords;
    private final SecretBox secrets;
    private final DatabaseClock clock;
    private final StoredGrants grants;

    People(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            AuditLog audit,
            ChangeNotes notes,
            Sessions sessions,
            PasswordHashing passwords,
            SecretBox secrets,
            DatabaseClock clock,
            StoredGrants grants) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.audit = audit;
        this.notes = notes;
        this.sessions = sessions;
        this.passwords = passwords;
        this.secrets = secrets;
        this.clock = clock;
        this.grants = grants;
    }

    /** How a change of one's own password ended. */
    public enum PasswordChanged {
        DONE,
        /** The old one is not right. */
        WRONG
    }

    /** What the audit and approvals compare people by. */
    static String subject(UUID person) {
        return "person:" + person;
    }

    static String totpPurpose(UUID person) {
        return "totp " + person;
    }

    public Page<Person> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /** @throws NotFound if the tenant has no such person */
    public Person load(UUID id) {
        return LIST.load(jdbc, CallContext.current().tenant(), id);
    }

    /**
     * Creates all of them, or none. Each gets a password of the manager's making.
     *
     * @return in the order of the arguments
     */
    public List<InitialPassword> create(List<NewPerson> wanted) {
        TenantId tenant = CallContext.current().tenant();
        var problems = new Problems();
        for (int i = 0; i < wanted.size(); i++) {
            NewPerson person = wanted.get(i);
            problems.line("/" + i + "/name", person.name(), LONGEST_NAME);
            if (person.displayName() != null) {
                problems.line("/" + i + "/displayName", person.displayName(), LONGEST_NAME);
            }
            StoredGrants.check(problems, "/" + i + "/grants", person.grants());
        }
        if (wanted.size() > MOST_AT_ONCE) {
            problems.add("", "holds %d people; at most %d at once are allowed".formatted(wanted.size(), MOST_AT_ONCE));
        }
        problems.throwIfAny();
        Instant until = clock.now().plus(INITIAL_FOR);
        List<String> initial = wanted.stream().map(person -> randomPassword()).toList();
        // Before the transaction: it takes a while.
        List<String> hashes = hashed(() -> initial.stream().map(passwords::hash).toList());
        return requireNonNull(transaction.execute(status -> {
            List<InitialPassword> created = new ArrayList<>();
            for (int i = 0; i < wanted.size(); i++) {
                NewPerson person = wanted.get(i);
                UUID id = insert(tenant, person, hashes.get(i), until);
                grants.put(tenant, id, null, "/" + i + "/grants", person.grants());
                audit.record("person.created", KIND, id, null, LIST.load(jdbc, tenant, id));
                created.add(new InitialPassword(id, requireNonNull(person.name()), initial.get(i), until));
            }
            return created;
        }));
    }

    private <T> T hashed(Callable<T> work) {
        try {
            return passwords.run(work);
        } catch (PasswordHashing.Busy busy) {
            throw new Conflict(
                    ProblemType.UNAVAILABLE,
                    "As many passwords are being checked as can be at once; try again in a few seconds.");
        }
    }

    private UUID insert(TenantId tenant, NewPerson person, String hash, Instant until) {
        UUID id = Ids.next();
        int made = jdbc.sql("""
                        insert into person (tenant_id, id, name, display_name, password_hash, initial_until)
                        values (:tenant, :id, :name, :displayName, :hash, :until)
                        on conflict do nothing
                        """)
                .param("tenant", tenant.value())
                .param("id", id)
                .param("name", person.name())
                .param("displayName", person.displayName())
                .param("hash", hash)
                .param("until", until.atOffset(ZoneOffset.UTC))
                .update();
        if (made == 0) {
            throw new Conflict(ProblemType.CONFLICT, "There is a person named '%s' already.".formatted(person.name()));
        }
        return id;
    }

    /**
     * @param revision that the caller saw
     * @param change gets what can be changed as it is now, and gives what it shall be
     */
    @Transactional
    public Person change(UUID id, long revision, UnaryOperator<PersonChange> change) {
        TenantId tenant = CallContext.current().tenant();
        lock(tenant, id);
        Person before = load(id);
        if (before.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        var present = new PersonChange(before.displayName(), before.state(), before.manualGrants());
        PersonChange wanted = change.apply(present);
        var problems = new Problems();
        if (wanted.displayName() != null) {
            problems.line("/displayName", wanted.displayName(), LONGEST_NAME);
        }
        if (problems.present("/state", wanted.state())) {
            problems.form("/state", wanted.state(), Pattern.compile("ACTIVE|DISABLED"), "ACTIVE or DISABLED");
        }
        StoredGrants.check(problems, "/grants", wanted.grants());
        problems.throwIfAny();
        if (wanted.equals(present)) {
            return before;
        }
        boolean rightsChange = !requireNonNull(present.state()).equals(wanted.state())
                || !List.copyOf(requireNonNull(present.grants()))
                        .equals(wanted.grants() == null ? List.of() : wanted.grants());
        if (rightsChange) {
            refuseOneself(id, "Nobody changes what they themselves may do; ask another security-admin.");
        }
        jdbc.sql("""
                        update person
                        set display_name = :displayName, state = :state, updated_at = now(), version = version + 1
                        where tenant_id = :tenant and id = :id
                        """)
                .param("displayName", wanted.displayName())
                .param("state", wanted.state())
                .param("tenant", tenant.value())
                .param("id", id)
                .update();
        if (rightsChange) {
            jdbc.sql("""
                            delete from access_grant
                            where tenant_id = :tenant and person_id = :id and origin = 'MANUAL'
                            """).param("tenant", tenant.value()).param("id", id).update();
            grants.put(tenant, id, null, "/grants", wanted.grants());
        }
        if ("DISABLED".equals(wanted.state())) {
            sessions.endAll(tenant, id, null);
        }
        Person after = load(id);
        audit.record("person.changed", KIND, id, before, after);
        notes.apiTokensChanged(tenant);
        return after;
    }

    /** For good; the audit keeps the name. */
    @Transactional
    public void delete(UUID id, long revision) {
        TenantId tenant = CallContext.current().tenant();
        lock(tenant, id);
        Person before = load(id);
        if (before.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        refuseOneself(id, "Nobody deletes themselves; ask another security-admin.");
        jdbc.sql("delete from person where tenant_id = :tenant and id = :id")
                .param("tenant", tenant.value())
                .param("id", id)
                .update();
        audit.record("person.deleted", KIND, id, before, null);
        notes.apiTokensChanged(tenant);
    }

    /** Ends all sessions and takes the code generator away, too: who asks for it may have lost all of it. */
    public InitialPassword resetPassword(UUID id) {
        TenantId tenant = CallContext.current().tenant();
        Person known = load(id);
        if (known.issuer() != null) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "This person logs in at %s and has no password here.".formatted(known.issuer()));
        }
        refuseOneself(id, "Choose a new password for yourself in the console.");
        String password = randomPassword();
        Instant until = clock.now().plus(INITIAL_FOR);
        String hash = hashed(() -> passwords.hash(password));
        transaction.executeWithoutResult(status -> {
            lock(tenant, id);
            Person before = load(id);
            jdbc.sql("""
                            update person
                            set password_hash = :hash, initial_until = :until, totp_confirmed_at = null,
                                totp_secret = null, updated_at = now(), version = version + 1
                            where tenant_id = :tenant and id = :id
                            """)
                    .param("hash", hash)
                    .param("until", until.atOffset(ZoneOffset.UTC))
                    .param("tenant", tenant.value())
                    .param("id", id)
                    .update();
            dropRecoveryCodes(tenant, id);
            sessions.endAll(tenant, id, null);
            audit.record("person.password-reset", KIND, id, before, load(id));
        });
        return new InitialPassword(id, known.name(), password, until);
    }

    /**
     * Chooses a password for oneself; ends all other sessions.
     *
     */
    public PasswordChanged changePassword(Caller caller, String old, @Nullable String wanted) {
        TenantId tenant = caller.tenant();
        Person known = load(caller.id());
        var problems = new Problems();
        String tenantName = jdbc.sql("select name from tenant where id = :tenant")
                .param("tenant", tenant.value())
                .query(String.class)
                .single();
        PasswordRules.check(
                problems,
                "/newPassword",
                wanted,
                known.name(),
                List.of(tenantName, known.displayName() == null ? "" : known.displayName()));
        problems.throwIfAny();
        String present = passwordHash(tenant, caller.id());
        String hash = passwords.run(
                0,
                () -> passwords.matches(old, present) ? passwords.hash(requireNonNull(wanted)) : "",
                String::isEmpty);
        if (hash.isEmpty()) {
            return PasswordChanged.WRONG;
        }
        if (old.equals(wanted)) {
            problems.add("/newPassword", "is the one you have; choose another");
            problems.throwIfAny();
        }
        transaction.executeWithoutResult(status -> {
            Caller.Session session = caller.session();
            jdbc.sql("""
                            update person
                            set password_hash = :hash, initial_until = null, updated_at = now(), version = version + 1
                            where tenant_id = :tenant and id = :id
                            """)
                    .param("hash", hash)
                    .param("tenant", tenant.value())
                    .param("id", caller.id())
                    .update();
            sessions.endAll(tenant, caller.id(), session == null ? null : session.id());
            audit.record("person.password-changed", KIND, caller.id(), null, null);
        });
        return PasswordChanged.DONE;
    }

    private @Nullable String passwordHash(TenantId tenant, UUID id) {
        return jdbc.sql("select password_hash from person where tenant_id = :tenant and id = :id and issuer is null")
                .param("tenant", tenant.value())
                .param("id", id)
                .query((row, number) -> java.util.Optional.ofNullable(row.getString(1)))
                .optional()
                .flatMap(found -> found)
                .orElse(null);
    }

    /**
     * A new code generator for oneself; no code is asked for until one was confirmed.
     *
     * @return the secret as people type it
     * @throws Conflict if one is confirmed already, or there is no password
     */
    @Transactional
    public String enrollTotp(Caller caller) {
        TenantId tenant = caller.tenant();
        lock(tenant, caller.id());
        Person known = load(caller.id());
        if (known.issuer() != null) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE, "You log in at %s; codes are its affair.".formatted(known.issuer()));
        }
        if (known.totp()) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, "There is a code generator already; remove it first.");
        }
        byte[] secret = new byte[Totp.SECRET_BYTES];
        RANDOM.nextBytes(secret);
        jdbc.sql("""
                        update person set totp_secret = :sealed, totp_last_step = 0
                        where tenant_id = :tenant and id = :id
                        """)
                .param("sealed", secrets.seal(totpPurpose(caller.id()), secret))
                .param("tenant", tenant.value())
                .param("id", caller.id())
                .update();
        return Totp.base32(secret);
    }

    /**
     * Shows that the code generator works: from now on a log-in needs a code.
     *
     * @return recovery codes, shown this once; empty if the code is wrong
     */
    @Transactional
    public List<String> confirmTotp(Caller caller, String code) {
        TenantId tenant = caller.tenant();
        lock(tenant, caller.id());
        byte[] sealed = jdbc.sql("""
                        select totp_secret from person
                        where tenant_id = :tenant and id = :id and totp_confirmed_at is null and totp_secret is not null
                        """)
                .param("tenant", tenant.value())
                .param("id", caller.id())
                .query((row, number) -> row.getBytes(1))
                .optional()
                .orElseThrow(() -> new Conflict(ProblemType.ILLEGAL_STATE, "No code generator waits to be confirmed."));
        OptionalLong step;
        try {
            step = Totp.step(secrets.open(totpPurpose(caller.id()), sealed), code.strip(), clock.now());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "a secret of person %s was sealed with another key".formatted(caller.id()), e);
        }
        if (step.isEmpty()) {
            return List.of();
        }
        jdbc.sql("""
                        update person
                        set totp_confirmed_at = now(), totp_last_step = :step, updated_at = now(), version = version + 1
                        where tenant_id = :tenant and id = :id
                        """)
                .param("step", step.getAsLong())
                .param("tenant", tenant.value())
                .param("id", caller.id())
                .update();
        dropRecoveryCodes(tenant, caller.id());
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < RECOVERY_CODES; i++) {
            String plain = randomBase32(RECOVERY_BYTES);
            codes.add(plain.replaceAll("(.{4})(?!$)", "$1-"));
        }
        jdbc.sql("""
                        insert into recovery_code (tenant_id, person_id, code_sha256)
                        select :tenant, :person, unnest(cast(:codes as bytea[]))
                        """)
                .param("tenant", tenant.value())
                .param("person", caller.id())
                .param("codes", codes.stream().map(LogIns::sha256).toArray(byte[][]::new))
                .update();
        audit.record("person.totp-enrolled", KIND, caller.id(), null, null);
        notes.apiTokensChanged(tenant);
        return codes;
    }

    /** Takes one's own code generator away. */
    @Transactional
    public void removeTotp(Caller caller) {
        takeTotp(caller.tenant(), caller.id());
    }

    private void takeTotp(TenantId tenant, UUID id) {
        lock(tenant, id);
        int removed =
                jdbc.sql("""
                        update person
                        set totp_secret = null, totp_confirmed_at = null, updated_at = now(), version = version + 1
                        where tenant_id = :tenant and id = :id and totp_secret is not null
                        """).param("tenant", tenant.value()).param("id", id).update();
        dropRecoveryCodes(tenant, id);
        if (removed == 1) {
            audit.record("person.totp-removed", KIND, id, null, null);
            notes.apiTokensChanged(tenant);
        }
    }

    private void dropRecoveryCodes(TenantId tenant, UUID person) {
        jdbc.sql("delete from recovery_code where tenant_id = :tenant and person_id = :person")
                .param("tenant", tenant.value())
                .param("person", person)
                .update();
    }

    /** Whoever is the caller may not do this to itself. */
    private static void refuseOneself(UUID person, String detail) {
        if (CallContext.current().subject().equals(subject(person))) {
            throw new Conflict(ProblemType.FORBIDDEN, detail);
        }
    }

    private void lock(TenantId tenant, UUID id) {
        jdbc.sql("select from person where tenant_id = :tenant and id = :id for no key update")
                .param("tenant", tenant.value())
                .param("id", id)
                .query((row, number) -> "")
                .list();
    }

    private static String randomPassword() {
        return randomBase32(INITIAL_BYTES);
    }

    private static String randomBase32(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return Totp.base32(random);
    }

    private static Person person(ResultSet row) throws SQLException {
        OffsetDateTime lastLogin = row.getObject("last_login_at", OffsetDateTime.class);
        return new Person(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("display_name"),
                row.getString("issuer"),
                row.getString("state"),
                StoredGrants.shown(row),
                StoredGrants.shown(row, "manual_grants"),
                row.getObject("totp_confirmed_at") != null,
                row.getObject("initial_until") != null,
                lastLogin == null ? null : lastLogin.toInstant(),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }
}
