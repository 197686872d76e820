package org.maintenancemanager.core.access;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Remembers for a day what was answered to a request that carried a key of the caller's choice, so that a request sent twice
 * is done once. The answer is kept in the transaction of the change: there is never one without the other.
 */
@Component
public class IdempotentAnswers {
    private static final Duration KEPT = Duration.ofDays(1);

    /** Whoever claimed a key and did not answer within this is dead, and what it did was rolled back. */
    private static final Duration LONGEST_REQUEST = Duration.ofMinutes(5);

    private final JdbcClient jdbc;

    IdempotentAnswers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What the key is to this request. */
    public sealed interface Claim {
        /**
         * Nobody used it before: do the work, and answer with this claim.
         *
         * @param since tells this claim from a later one
         */
        record Mine(UUID apiToken, String key, OffsetDateTime since) implements Claim {}

        record Answered(Answer answer) implements Claim {}

        /** The first request with this key is not finished yet. */
        record UnderWay() implements Claim {}

        /** The key was used for another request. */
        record OtherRequest() implements Claim {}
    }

    /**
     * @param headers as JSON
     * @param body as the caller of this class wrote it, null if there was none
     */
    public record Answer(
            int status, String headers, @Nullable String body) {}

    private record Row(
            byte[] sha256,
            OffsetDateTime createdAt,
            boolean abandoned,
            @Nullable Answer answer) {}

    /** Claims the key; commits at once, so that the second of two concurrent requests sees it. */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public Claim claim(UUID apiToken, String key, byte[] requestSha256) {
        jdbc.sql("""
                        delete from idempotency_key
                        where tenant_id = :tenant and api_token_id = :token and idempotency_key = :key
                          and created_at < now() - make_interval(secs => :kept)
                        """)
                .param("tenant", tenant())
                .param("token", apiToken)
                .param("key", key)
                .param("kept", KEPT.toSeconds())
                .update();
        Optional<OffsetDateTime> claimed = jdbc.sql("""
                        insert into idempotency_key (tenant_id, api_token_id, idempotency_key, request_sha256)
                        values (:tenant, :token, :key, :sha256)
                        on conflict do nothing
                        returning created_at
                        """)
                .param("tenant", tenant())
                .param("token", apiToken)
                .param("key", key)
                .param("sha256", requestSha256)
                .query((row, number) -> row.getObject("created_at", OffsetDateTime.class))
                .optional();
        if (claimed.isPresent()) {
            return new Claim.Mine(apiToken, key, claimed.get());
        }
        Row before = load(apiToken, key);
        if (!Arrays.equals(before.sha256(), requestSha256)) {
            return new Claim.OtherRequest();
        }
        if (before.answer() != null) {
            return new Claim.Answered(before.answer());
        }
        return before.abandoned() ? takeOver(apiToken, key, before) : new Claim.UnderWay();
    }

    private Row load(UUID apiToken, String key) {
        return jdbc.sql("""
                        select request_sha256, created_at, status, headers, body,
                               created_at < now() - make_interval(secs => :longest) as abandoned
                        from idempotency_key
                        where tenant_id = :tenant and api_token_id = :token and idempotency_key = :key
                        for update
                        """)
                .param("longest", LONGEST_REQUEST.toSeconds())
                .param("tenant", tenant())
                .param("token", apiToken)
                .param("key", key)
                .query((row, number) -> {
                    int status = row.getInt("status");
                    return new Row(
                            row.getBytes("request_sha256"),
                            row.getObject("created_at", OffsetDateTime.class),
                            row.getBoolean("abandoned"),
                            status == 0 ? null : new Answer(status, row.getString("headers"), row.getString("body")));
                })
                .single();
    }

    private Claim takeOver(UUID apiToken, String key, Row abandoned) {
        OffsetDateTime since = jdbc.sql("""
                        update idempotency_key set created_at = now()
                        where tenant_id = :tenant and api_token_id = :token and idempotency_key = :key
                          and created_at = :since
                        returning created_at
                        """)
                .param("tenant", tenant())
                .param("token", apiToken)
                .param("key", key)
                .param("since", abandoned.createdAt())
                .query((row, number) -> row.getObject("created_at", OffsetDateTime.class))
                .single();
        return new Claim.Mine(apiToken, key, since);
    }

    /**
     * Keeps the answer, in the transaction of the work.
     *
     * @throws IllegalStateException if the claim was taken over meanwhile: the work must not be committed
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void answer(Claim.Mine claim, Answer answer) {
        int kept = jdbc.sql("""
                        update idempotency_key
                        set status = :status, headers = cast(:headers as jsonb), body = :body
                        where tenant_id = :tenant and api_token_id = :token and idempotency_key = :key
                          and created_at = :since and status is null
                        """)
                .param("status", answer.status())
                .param("headers", answer.headers())
                .param("body", answer.body())
                .param("tenant", tenant())
                .param("token", claim.apiToken())
                .param("key", claim.key())
                .param("since", claim.since())
                .update();
        if (kept != 1) {
            throw new IllegalStateException("the idempotency key '%s' was claimed by another request after %s"
                    .formatted(claim.key(), claim.since()));
        }
    }

    /** Gives the key free again after work that changed nothing. */
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void release(Claim.Mine claim) {
        jdbc.sql("""
                        delete from idempotency_key
                        where tenant_id = :tenant and api_token_id = :token and idempotency_key = :key
                          and created_at = :since and status is null
                        """)
                .param("tenant", tenant())
                .param("token", claim.apiToken())
                .param("key", claim.key())
                .param("since", claim.since())
                .update();
    }

    /** Of all tenants: it is the manager's own upkeep. */
    @Scheduled(initialDelayString = "PT10M", fixedDelayString = "PT1H")
    void forgetOld() {
        EveryTenant.run(
                () -> jdbc.sql("delete from idempotency_key where created_at < now() - make_interval(secs => :kept)")
                        .param("kept", KEPT.toSeconds())
                        .update());
    }

    private static UUID tenant() {
        return CallContext.current().tenant().value();
    }
}
