package org.maintenancemanager.core.tenant;

import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf the present call runs: bound once at the edge (a filter, an interceptor, a job), read by whatever
 * touches data or writes the audit. PostgreSQL shows the rows of its tenant only; a statement that runs without one, and
 * not inside of {@link EveryTenant}, fails as soon as it meets a row of a tenant.
 *
 * @param actor the name that the audit shows: a token's name and id, a node's id, the name of a job
 * @param requestId of the HTTP or gRPC request; null in jobs
 * @param standing who that is, for comparing one with another, and how far the call may go
 */
public record CallContext(
        TenantId tenant,
        ActorKind actorKind,
        String actor,
        @Nullable String requestId,
        Standing standing) {
    public enum ActorKind {
        API_TOKEN,
        NODE,
        SYSTEM,
        /** Somebody who is logged in. */
        PERSON,
        /** Automation that shows a token of an OpenID provider. */
        OIDC_CLIENT
    }

    /**
     * @param subject stays the same whatever the actor is renamed to: {@code person:<id>}, {@code api-token:<id>},
     *     {@code oidc:<issuer>#<subject>}; two calls have one subject exactly if one and the same made them
     */
    public record Standing(String subject, Reach reach) {}

    /** Of a caller that may go everywhere in its tenant. */
    public CallContext(TenantId tenant, ActorKind actorKind, String actor, @Nullable String requestId) {
        this(tenant, actorKind, actor, requestId, new Standing(actorKind + ":" + actor, Reach.EVERYWHERE));
    }

    private static final ScopedValue<CallContext> CURRENT = ScopedValue.newInstance();

    /** What the manager does by itself in a tenant. */
    public static CallContext system(TenantId tenant, String job) {
        return new CallContext(tenant, ActorKind.SYSTEM, job, null);
    }

    /** The context of the present call; it is a mistake of the edge if there is none. */
    public static CallContext current() {
        if (!CURRENT.isBound()) {
            throw new IllegalStateException(
                    "no call context is bound: the edge has to bind one before it calls the core");
        }
        return CURRENT.get();
    }

    /** Where the present call may go; a job goes everywhere. */
    public static Reach reach() {
        return CURRENT.isBound() ? CURRENT.get().standing().reach() : Reach.EVERYWHERE;
    }

    /** {@link Standing#subject}. */
    public String subject() {
        return standing.subject();
    }

    static @Nullable CallContext orNull() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    public void run(Runnable work) {
        bound().run(work);
    }

    public <T extends @Nullable Object> T get(Supplier<T> work) {
        return bound().call(work::get);
    }

    public <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        return bound().call(work::call);
    }

    private ScopedValue.Carrier bound() {
        return ScopedValue.where(CURRENT, this).where(RowScope.CURRENT, tenant.toString());
    }
}
