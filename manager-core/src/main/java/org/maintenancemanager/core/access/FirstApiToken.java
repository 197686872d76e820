package org.maintenancemanager.core.access;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * How the first caller gets in, since there is no default account: with a token that the operator gave the manager at its
 * start, or with one that the manager makes when there is no usable one.
 */
@Component
public class FirstApiToken {
    /** What a token of free form is stored under; there can be one. */
    private static final UUID FREE_FORM = UUID.fromString("00000000-0000-7000-8000-000000000002");

    /** How tokens of the manager's own begin. */
    private static final Pattern OF_A_KIND = Pattern.compile("mm[a-z]{2}_");

    private static final int SHORTEST_FREE_FORM = 32;
    private static final int LONGEST_FREE_FORM = 200;

    private final JdbcClient jdbc;
    private final AuditLog audit;
    private final ChangeNotes notes;

    FirstApiToken(JdbcClient jdbc, AuditLog audit, ChangeNotes notes) {
        this.jdbc = jdbc;
        this.audit = audit;
        this.notes = notes;
    }

    /**
     * Reads what a caller presents as API token: {@code mmat_<id>.<secret>}, or else a free form of 32 to 200 printable
     * ASCII characters without a blank, which only a given token can have.
     */
    public static Optional<Token> read(String text) {
        if (OF_A_KIND.matcher(text).lookingAt()) {
            return Token.parse(text).filter(token -> token.kind() == Token.Kind.API);
        }
        boolean fits = text.length() >= SHORTEST_FREE_FORM
                && text.length() <= LONGEST_FREE_FORM
                && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
        return fits ? Optional.of(new Token(Token.Kind.API, FREE_FORM, text)) : Optional.empty();
    }

    /**
     * Makes sure that the given token is known in the default tenant, with all scopes, for a year from now. The same token
     * given again changes nothing but its end. One that was revoked stays so.
     *
     * @return whether it may be used
     */
    @Transactional
    public boolean keep(Token given) {
        return CallContext.system(TenantId.DEFAULT, "start").get(() -> keepInDefaultTenant(given));
    }

    private boolean keepInDefaultTenant(Token given) {
        boolean usable = jdbc.sql("""
                        insert into api_token as a (tenant_id, id, name, secret_sha256, scopes, expires_at)
                        values (:tenant, :id, 'bootstrap', :sha256, :scopes, now() + interval '1 year')
                        on conflict (tenant_id, id) do update
                        set secret_sha256 = excluded.secret_sha256,
                            expires_at = greatest(a.expires_at, excluded.expires_at)
                        where a.revoked_at is null
                        """)
                        .param("tenant", TenantId.DEFAULT.value())
                        .param("id", given.id())
                        .param("sha256", given.sha256())
                        .param("scopes", scopes())
                        .update()
                == 1;
        if (usable) {
            record("api-token.kept", given.id());
        }
        return usable;
    }

    /** A new token if there is no usable one; to be shown to the operator now, since it is not stored. */
    @Transactional
    public Optional<Token> makeIfNone() {
        return EveryTenant.get(this::makeIfNoneAnywhere);
    }

    private Optional<Token> makeIfNoneAnywhere() {
        // Two replicas that start at once make one token.
        jdbc.sql("lock table api_token in share row exclusive mode").update();
        Token token = Token.generate(Token.Kind.API);
        boolean made = jdbc.sql("""
                        insert into api_token (tenant_id, id, name, secret_sha256, scopes, expires_at)
                        select :tenant, :id, 'first', :sha256, :scopes, now() + interval '1 year'
                        where not exists (
                            select from api_token where revoked_at is null and expires_at > now())
                        """)
                        .param("tenant", TenantId.DEFAULT.value())
                        .param("id", token.id())
                        .param("sha256", token.sha256())
                        .param("scopes", scopes())
                        .update()
                == 1;
        if (!made) {
            return Optional.empty();
        }
        record("api-token.created", token.id());
        return Optional.of(token);
    }

    private void record(String action, UUID id) {
        CallContext.system(TenantId.DEFAULT, "start").run(() -> {
            audit.record(action, "api-token", id, null, Map.of("scopes", List.of(scopes())));
            notes.apiTokensChanged(TenantId.DEFAULT);
        });
    }

    private static String[] scopes() {
        return Arrays.stream(Caller.Scope.values()).map(Caller.Scope::word).toArray(String[]::new);
    }
}
