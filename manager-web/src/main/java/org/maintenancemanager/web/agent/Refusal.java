package org.maintenancemanager.web.agent;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.node.EnrollmentRefused;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.DatabaseAway;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.UnstorableText;
import org.maintenancemanager.core.quota.TenantSuspended;
import org.maintenancemanager.core.update.Overloaded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why a node's call gets no success, in the same words for REST and gRPC. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final Logger log = LoggerFactory.getLogger(Refusal.class);

    /** When the database is away, nodes come again in this many seconds, spread so that they do not come together. */
    private static final int SHORTEST_RETRY_SECONDS = 3;

    private static final int LONGEST_RETRY_SECONDS = 15;

    /** Nodes of a suspended tenant ask now and then whether it goes on. */
    private static final int SHORTEST_SUSPENDED_SECONDS = 60;

    private static final int LONGEST_SUSPENDED_SECONDS = 120;

    private final ProblemType type;
    private final @Nullable String detail;
    private final transient List<FieldError> errors;
    private final int retryAfterSeconds;

    private Refusal(ProblemType type, @Nullable String detail, List<FieldError> errors, int retryAfterSeconds) {
        // Part of the conversation, not a fault: nobody reads its stack trace.
        super(detail, null, false, false);
        this.type = type;
        this.detail = detail;
        this.errors = errors;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    public static Refusal of(ProblemType type) {
        return new Refusal(type, null, List.of(), 0);
    }

    public static Refusal of(ProblemType type, String detail) {
        return new Refusal(type, detail, List.of(), 0);
    }

    public static Refusal retry(ProblemType type, int afterSeconds) {
        return new Refusal(type, null, List.of(), afterSeconds);
    }

    public static Refusal at(String pointer, String message) {
        return new Refusal(ProblemType.INVALID_REQUEST, null, List.of(new FieldError(pointer, message)), 0);
    }

    /** What the core threw, as an answer. Only what nobody expected is logged. */
    public static Refusal because(Exception e) {
        return switch (e) {
            case Refusal refusal -> refusal;
            case EnrollmentRefused refused -> of(ProblemType.UNAUTHENTICATED);
            case InvalidInput input ->
                new Refusal(
                        input.type(),
                        null,
                        input.problems().stream()
                                .map(problem -> new FieldError(problem.pointer(), problem.message()))
                                .toList(),
                        0);
            case NotFound notFound ->
                of(ProblemType.NOT_FOUND, "There is no %s %s.".formatted(notFound.kind(), notFound.id()));
            case Conflict conflict -> of(conflict.type(), conflict.detail());
            case TenantSuspended suspended ->
                retry(
                        ProblemType.TENANT_SUSPENDED,
                        ThreadLocalRandom.current().nextInt(SHORTEST_SUSPENDED_SECONDS, LONGEST_SUSPENDED_SECONDS + 1));
            case Overloaded overloaded -> retry(ProblemType.UNAVAILABLE, overloaded.retryAfterSeconds());
            default -> {
                if (DatabaseAway.caused(e)) {
                    // The commit's outcome may be unknown: the node resends, and the number of the report decides.
                    yield databaseAway(e);
                }
                if (UnstorableText.caused(e)) {
                    yield of(ProblemType.INVALID_REQUEST, "A text " + UnstorableText.DETAIL + ".");
                }
                log.error("A node's call failed", e);
                yield of(ProblemType.INTERNAL);
            }
        };
    }

    private static Refusal databaseAway(Exception e) {
        log.warn("The database did not serve a node's call: {}", e.toString());
        return retry(
                ProblemType.UNAVAILABLE,
                ThreadLocalRandom.current().nextInt(SHORTEST_RETRY_SECONDS, LONGEST_RETRY_SECONDS + 1));
    }

    public ProblemType type() {
        return type;
    }

    public @Nullable String detail() {
        return detail;
    }

    public List<FieldError> errors() {
        return errors;
    }

    /** 0: nothing is said about when. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
