package org.maintenancemanager.core.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.maintenancemanager.core.event.ChangeListener;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.tenant.CallContext.ActorKind;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Tells whose API token it is. A note of a change drops what is held; where no note arrives, a revocation works within a
 * second nevertheless, since nothing is believed for longer.
 */
@Component
public class ApiTokenDirectory implements ChangeListener {
    private static final Duration BELIEVED_FOR = Duration.ofMillis(800);
    private static final int TOKENS_HELD = 10_000;

    /** Compared with when there is no such token, so that the answer takes as long as for a wrong secret. */
    private static final byte[] NO_SECRET = new byte[32];

    private final JdbcClient jdbc;
    private final Cache<UUID, Known> known = Caffeine.newBuilder()
            .maximumSize(TOKENS_HELD)
            .expireAfterWrite(BELIEVED_FOR)
            .build();
    private final Set<UUID> usedSinceFlush = ConcurrentHashMap.newKeySet();

    ApiTokenDirectory(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Known(Caller caller, byte[] sha256, List<Network> networks) {
        boolean isFrom(String address) {
            return networks.isEmpty() || networks.stream().anyMatch(network -> network.contains(address));
        }
    }

    /**
     * The caller, if the token is one of ours, not revoked, not expired, used from where it may be, and its tenant is
     * active.
     *
     * @param address of the client, as digits
     */
    public Optional<Caller> authenticate(Token token, String address) {
        if (token.kind() != Token.Kind.API) {
            return Optional.empty();
        }
        Known found = known.get(token.id(), id -> EveryTenant.get(() -> load(id)));
        boolean matches = token.matches(found == null ? NO_SECRET : found.sha256());
        if (found == null || !matches || !found.isFrom(address)) {
            return Optional.empty();
        }
        usedSinceFlush.add(token.id());
        return Optional.of(found.caller());
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

    // No row is no entry: unknown ids cost a lookup each, but cannot push known ones out.
    @SuppressWarnings("NullAway") // a Caffeine loader returns null for "no entry"
    private Known load(UUID id) {
        return jdbc.sql("""
                        select a.tenant_id, a.name, a.scopes, a.restricted, a.secret_sha256,
                               array(select n::text from unnest(a.networks) n) as networks,
                               %s
                        from api_token a
                        join tenant t on t.id = a.tenant_id and t.state <> 'DELETED'
                        where a.id = :id and a.revoked_at is null and a.expires_at > now()
                        """.formatted(StoredGrants.column("g.tenant_id = a.tenant_id and g.api_token_id = a.id")))
                .param("id", id)
                .query((row, number) -> new Known(
                        new Caller(
                                new TenantId(row.getObject("tenant_id", UUID.class)),
                                ActorKind.API_TOKEN,
                                id,
                                subject(id),
                                row.getString("name"),
                                scopes((String[]) row.getArray("scopes").getArray()),
                                row.getBoolean("restricted") ? StoredGrants.of(row) : null,
                                null),
                        row.getBytes("secret_sha256"),
                        Arrays.stream((String[]) row.getArray("networks").getArray())
                                .flatMap(text -> Network.parse(text).stream())
                                .toList()))
                .optional()
                .orElse(null);
    }

    static String subject(UUID id) {
        return "api-token:" + id;
    }

    static Set<Caller.Scope> scopes(String[] names) {
        return Arrays.stream(names)
                .map(name -> Caller.Scope.valueOf(name.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Writes when tokens were last used: one statement, whatever the number of calls since. */
    @Scheduled(fixedDelayString = "PT5S")
    @PreDestroy
    void flushLastUse() {
        UUID[] used = usedSinceFlush.toArray(UUID[]::new);
        if (used.length == 0) {
            return;
        }
        Arrays.asList(used).forEach(usedSinceFlush::remove);
        EveryTenant.run(() -> jdbc.sql("""
                        update api_token a set last_used_at = now()
                        from unnest(:ids) as used (id)
                        where a.id = used.id
                        """).param("ids", used).update());
    }
}
