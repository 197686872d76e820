package org.maintenancemanager.core.update;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.maintenancemanager.api.node.NodeMessages.ReportOutcome;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportResponse;
import org.maintenancemanager.core.batch.Batcher;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Takes in what nodes report. Reports that arrive within a few milliseconds are written together; each caller is answered
 * after the commit. Whoever got no answer sends again, which is harmless.
 */
@Component
public class ReportIntake implements DisposableBean {
    private static final int WRITERS = 2;
    private static final int QUEUE = 20_000;
    private static final int BATCH = 500;
    /** Deadlocks cannot come from the lock order, but a fail-over may look like one. */
    private static final int TRIES = 3;

    private final TransactionTemplate transactions;
    private final ReportBatch batches;
    private final Presence presence;
    private final ServerEpoch epoch;
    private final Quarantine quarantine;
    private final long pollSeconds;
    private final Batcher<Submission, Receipt> intake;
    private final Counter applied;
    private final Counter notApplied;
    private final Timer batchTimer;

    ReportIntake(
            TransactionTemplate transactions,
            ReportBatch batches,
            Presence presence,
            ServerEpoch epoch,
            Quarantine quarantine,
            MeterRegistry meters,
            @Value("${manager.poll.interval:PT60S}") Duration pollInterval) {
        this.transactions = transactions;
        this.batches = batches;
        this.presence = presence;
        this.epoch = epoch;
        this.quarantine = quarantine;
        this.pollSeconds = Math.max(1, pollInterval.toSeconds());
        this.applied = Counter.builder("manager.reports")
                .tag("result", "applied")
                .description("reports by what became of them")
                .register(meters);
        this.notApplied =
                Counter.builder("manager.reports").tag("result", "not_applied").register(meters);
        this.batchTimer = Timer.builder("manager.report.batches")
                .description("transactions that write reports")
                .register(meters);
        this.intake = new Batcher<>("report-intake", WRITERS, QUEUE, BATCH, this::work);
        Gauge.builder("manager.reports.waiting", intake, Batcher::depth).register(meters);
    }

    record Submission(KnownNode node, ReportRequest request) {}

    /** What became of one submission. */
    sealed interface Receipt {}

    /** @param cloneReason not null when the reports prove that the node is not one machine */
    record Stored(
            long ackedSeq,
            List<ReportOutcome> outcomes,
            @org.jspecify.annotations.Nullable String cloneReason) implements Receipt {}

    /** It names a node update that is not this node's; nothing of the submission was stored. */
    record NoSuchUpdate(String updateId) implements Receipt {}

    /**
     * Stores the reports and applies those whose turn it is; returns after the commit. A report numbered 0 comes from a
     * client that numbers nothing, and gets the next number.
     *
     * @throws NotFound if a report names an update that this node has no part in; then nothing of it was stored
     * @throws Overloaded when too many wait, or the database does not answer in time; then it is open whether it was stored
     */
    public ReportResponse submit(KnownNode node, ReportRequest request) {
        try {
            return switch (Patience.ask(intake, new Submission(node, request))) {
                case Stored stored -> response(stored);
                case NoSuchUpdate unknown -> throw new NotFound("node update", unknown.updateId());
            };
        } catch (DataAccessException | TransactionException e) {
            throw new Overloaded(Pace.retryAfterSeconds());
        }
    }

    private ReportResponse response(Stored stored) {
        for (ReportOutcome outcome : stored.outcomes()) {
            (outcome.applied() ? applied : notApplied).increment();
        }
        // A node that reports is busy with an update, so it has a reason to ask soon.
        long soon = Math.min(pollSeconds, 1 + ThreadLocalRandom.current().nextLong(5));
        return new ReportResponse(stored.ackedSeq(), stored.outcomes(), Math.toIntExact(soon), epoch.current());
    }

    private void work(List<Batcher.Item<Submission, Receipt>> batch) {
        Map<TenantId, List<Batcher.Item<Submission, Receipt>>> byTenant = new LinkedHashMap<>();
        batch.forEach(item -> byTenant.computeIfAbsent(item.input().node().tenant(), tenant -> new ArrayList<>())
                .add(item));
        byTenant.forEach((tenant, items) -> batchTimer.record(() -> write(tenant, items)));
    }

    private void write(TenantId tenant, List<Batcher.Item<Submission, Receipt>> items) {
        try {
            List<Receipt> receipts =
                    committed(tenant, items.stream().map(Batcher.Item::input).toList());
            for (int i = 0; i < items.size(); i++) {
                Submission submission = items.get(i).input();
                presence.seen(tenant, submission.node().id().value(), null);
                if (receipts.get(i) instanceof Stored stored && stored.cloneReason() != null) {
                    quarantine.put(tenant, List.of(submission.node().id().value()), stored.cloneReason());
                }
                items.get(i).answer().complete(receipts.get(i));
            }
        } catch (DataAccessException | TransactionException e) {
            if (items.size() == 1 || !isAboutContent(e)) {
                items.forEach(item -> item.answer().completeExceptionally(e));
                return;
            }
            // One submission that the database refuses must not take the others with it.
            items.forEach(item -> write(tenant, List.of(item)));
        }
    }

    private static boolean isAboutContent(RuntimeException e) {
        return e instanceof org.springframework.dao.DataIntegrityViolationException
                || e instanceof org.springframework.dao.InvalidDataAccessApiUsageException;
    }

    private List<Receipt> committed(TenantId tenant, List<Submission> submissions) {
        for (int attempt = 1; ; attempt++) {
            try {
                return java.util.Objects.requireNonNull(CallContext.system(tenant, "report intake")
                        .call(() -> transactions.execute(status -> batches.write(tenant, submissions))));
            } catch (CannotAcquireLockException | DuplicateKeyException e) {
                if (attempt == TRIES) {
                    throw e;
                }
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void destroy() {
        intake.close();
    }
}
