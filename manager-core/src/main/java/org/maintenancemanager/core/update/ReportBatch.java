package org.maintenancemanager.core.update;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportOutcome;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.ReportIntake.NoSuchUpdate;
import org.maintenancemanager.core.update.ReportIntake.Receipt;
import org.maintenancemanager.core.update.ReportIntake.Stored;
import org.maintenancemanager.core.update.ReportIntake.Submission;
import org.maintenancemanager.core.update.UpdateLifecycle.Outcome;
import org.maintenancemanager.core.update.UpdateLifecycle.Permission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Writes a batch of submissions of one tenant in one transaction.
 *
 * <p>Reports are applied strictly in the order of their numbers: one whose predecessor is missing is stored, and applied
 * when the gap is closed. So the state of an update follows from what the node said, however often and in whatever order
 * it arrived. {@code acked_seq} is the last number without a gap before it.
 */
@Component
class ReportBatch {
    private final JdbcClient jdbc;
    private final Ledger ledger;
    private final FactsIntake facts;
    private final NextSteps steps;
    private final ChangeNotes notes;

    ReportBatch(JdbcClient jdbc, Ledger ledger, FactsIntake facts, NextSteps steps, ChangeNotes notes) {
        this.jdbc = jdbc;
        this.ledger = ledger;
        this.facts = facts;
        this.steps = steps;
        this.notes = notes;
    }

    /** @return one receipt a submission, in their order */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Receipt> write(TenantId tenant, List<Submission> submissions) {
        Map<UUID, Session> sessions = lockSessions(tenant, submissions);
        loadWaiting(tenant, sessions);
        Map<UUID, Standing> updates = lockUpdates(tenant, submissions, sessions);

        // Finished when everything is written, since only then it is known who used a number twice.
        List<Function<Set<UUID>, Receipt>> receipts = new ArrayList<>(submissions.size());
        List<Row> rows = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        Map<UUID, NodeFacts> told = new LinkedHashMap<>();
        for (Submission submission : submissions) {
            UUID node = submission.node().id().value();
            List<Report> reports = submission.request().reports() == null
                    ? List.of()
                    : submission.request().reports();
            String foreign = foreignUpdate(node, reports, updates);
            Session session = sessions.get(node);
            if (foreign != null || session == null) {
                String named = foreign == null ? "of " + node : foreign;
                receipts.add(clones -> new NoSuchUpdate(named));
                continue;
            }
            List<Row> answers = new ArrayList<>();
            for (Report sent : reports) {
                Row row = session.take(sent);
                answers.add(row);
                rows.add(row);
            }
            session.applyInTurn(updates, changes);
            receipts.add(clones -> stored(session, answers, clones));
            if (submission.request().facts() != null) {
                told.put(node, submission.request().facts());
            }
        }
        Set<UUID> clones = store(tenant, rows);
        closeGaps(tenant, sessions);
        Set<UUID> changed = facts.write(tenant, told);
        changes.addAll(FactsIntake.conclusions(told, updates.values()));
        ledger.write(tenant, changes);
        ledger.write(tenant, steps.stray(tenant, mayHaveStrayed(updates.values(), changes, changed)));
        changes.forEach(change -> changed.add(change.nodeId()));
        writeSessions(tenant, sessions);
        sessions.values().stream()
                .filter(session -> session.acked != session.ackedBefore)
                .forEach(session -> changed.add(session.node));
        if (!changed.isEmpty()) {
            notes.nodesChanged(tenant, changed);
        }
        return receipts.stream().map(receipt -> receipt.apply(clones)).toList();
    }

    /** Nodes that run something else than before, where that may matter for what they have to install next. */
    private static Set<UUID> mayHaveStrayed(Collection<Standing> updates, List<Change> changes, Set<UUID> changed) {
        Set<UUID> nodes = new HashSet<>();
        updates.stream()
                .filter(update -> update.stepwise && changed.contains(update.node))
                .forEach(update -> nodes.add(update.node));
        changes.stream()
                .filter(change -> change.ends() && changed.contains(change.nodeId()))
                .forEach(change -> nodes.add(change.nodeId()));
        return nodes;
    }

    private static Receipt stored(Session session, List<Row> answers, Set<UUID> clones) {
        return new Stored(
                session.acked,
                answers.stream().map(Row::outcome).toList(),
                clones.contains(session.node)
                        ? "a report number was used twice for different reports: a clone, or an old backup"
                        : null);
    }

    /** A report on its way into the table, or one that waits there for its turn. */
    static final class Row {
        final UUID node;
        final int enrollment;
        final Report report;
        boolean duplicate;
        boolean alreadyStored;

        @Nullable
        Boolean applied;

        @Nullable
        String reason;

        Row(UUID node, int enrollment, Report report) {
            this.node = node;
            this.enrollment = enrollment;
            this.report = report;
        }

        ReportOutcome outcome() {
            boolean done = Boolean.TRUE.equals(applied);
            String why = reason == null ? "Stored; an earlier number is missing." : reason;
            return new ReportOutcome(report.seq(), done, done ? null : why);
        }
    }

    /** The report counter of a node, locked. */
    static final class Session {
        final UUID node;
        final int enrollment;
        final long ackedBefore;
        final boolean gapBefore;
        /** After a restore: numbers that are missing before the next report are lost. */
        final boolean skipsGap;

        long acked;
        final TreeMap<Long, Row> waiting = new TreeMap<>();
        final List<Row> closed = new ArrayList<>();

        Session(UUID node, int enrollment, long acked, boolean hasGap, boolean skipsGap) {
            this.node = node;
            this.enrollment = enrollment;
            this.ackedBefore = acked;
            this.acked = acked;
            this.gapBefore = hasGap;
            this.skipsGap = skipsGap;
        }

        /** A report that has arrived, to be applied when its turn comes, unless its number came before. */
        Row take(Report sent) {
            Row row = new Row(node, enrollment, sent.seq() == 0 ? numbered(sent) : sent);
            if (row.report.seq() <= acked) {
                row.duplicate = true;
                row.reason = "This number was used before.";
            } else if (waiting.putIfAbsent(row.report.seq(), row) != null) {
                row.duplicate = true;
                row.reason = "This number was sent before.";
            }
            return row;
        }

        /** With the number that comes next, for a client that numbers nothing. */
        private Report numbered(Report told) {
            long next = (waiting.isEmpty() ? acked : waiting.lastKey()) + 1;
            return new Report(
                    told.bootId(),
                    next,
                    told.updateId(),
                    told.state(),
                    told.phase(),
                    told.progressPercent(),
                    told.errorCode(),
                    told.text());
        }

        void applyInTurn(Map<UUID, Standing> updates, List<Change> changes) {
            if (skipsGap && acked == ackedBefore && !waiting.isEmpty()) {
                acked = waiting.firstKey() - 1;
            }
            while (!waiting.isEmpty() && waiting.firstKey() == acked + 1) {
                Row row = java.util.Objects.requireNonNull(waiting.pollFirstEntry())
                        .getValue();
                acked++;
                apply(row, updates, changes);
                if (row.alreadyStored) {
                    closed.add(row);
                }
            }
        }

        private static void apply(Row row, Map<UUID, Standing> updates, List<Change> changes) {
            Report report = row.report;
            Standing update = report.updateId() == null ? null : updates.get(UUID.fromString(report.updateId()));
            if (update == null) {
                row.applied = false;
                row.reason = "It names no node update.";
                return;
            }
            switch (UpdateLifecycle.apply(update.state, update.permission(), report.state(), report.phase())) {
                case Outcome.Applied done -> {
                    row.applied = true;
                    changes.add(update.move(done.next(), report));
                }
                case Outcome.Ignored late -> {
                    row.applied = false;
                    row.reason = late.reason();
                }
                case Outcome.Illegal step -> {
                    row.applied = false;
                    row.reason = step.reason();
                }
            }
        }
    }

    /** A node update, locked, as it stands while the batch is applied. */
    static final class Standing {
        final UUID id;
        final UUID node;
        final UUID campaign;
        final int wave;
        final UUID image;
        final @Nullable String fromSha256;
        final String imageSha256;
        final boolean prestage;
        /** Whether its node may have to go through several images. */
        final boolean stepwise;

        @Nullable
        UUID permit;

        @Nullable
        String rebootBootId;

        UpdateState state;

        Standing(
                UUID id,
                UUID node,
                UUID campaign,
                int wave,
                UUID image,
                @Nullable String fromSha256,
                String imageSha256,
                boolean prestage,
                boolean stepwise,
                @Nullable UUID permit,
                @Nullable String rebootBootId,
                UpdateState state) {
            this.id = id;
            this.node = node;
            this.campaign = campaign;
            this.wave = wave;
            this.image = image;
            this.fromSha256 = fromSha256;
            this.imageSha256 = imageSha256;
            this.prestage = prestage;
            this.stepwise = stepwise;
            this.permit = permit;
            this.rebootBootId = rebootBootId;
            this.state = state;
        }

        Permission permission() {
            return permit != null ? Permission.PERMIT : prestage ? Permission.PRESTAGE : Permission.NONE;
        }

        Change move(UpdateState to, Report report) {
            String boot = to == UpdateState.STAGED || to == UpdateState.REBOOTING ? report.bootId() : null;
            return move(
                    to,
                    report.progressPercent(),
                    to == UpdateState.FAILED ? report.phase() : null,
                    to.isTerminal() ? report.errorCode() : null,
                    to.isTerminal() ? report.text() : null,
                    boot,
                    Change.Cause.REPORT,
                    "report " + report.seq());
        }

        Change move(
                UpdateState to,
                @Nullable Integer progress,
                @Nullable FailurePhase phase,
                @Nullable String code,
                @Nullable String detail,
                @Nullable String boot,
                Change.Cause cause,
                String causeDetail) {
            Change change = new Change(
                    id,
                    node,
                    campaign,
                    wave,
                    image,
                    state,
                    to,
                    progress,
                    phase,
                    code,
                    detail,
                    permit,
                    boot,
                    cause,
                    causeDetail);
            state = to;
            if (boot != null) {
                rebootBootId = boot;
            }
            if (to.isTerminal()) {
                permit = null;
            }
            return change;
        }
    }

    private static @Nullable String foreignUpdate(UUID node, List<Report> reports, Map<UUID, Standing> updates) {
        for (Report report : reports) {
            if (report.updateId() != null) {
                Standing update = updates.get(UUID.fromString(report.updateId()));
                if (update == null || !update.node.equals(node)) {
                    return report.updateId();
                }
            }
        }
        return null;
    }

    private Map<UUID, Session> lockSessions(TenantId tenant, List<Submission> submissions) {
        Map<UUID, Session> sessions = new HashMap<>();
        jdbc.sql("""
                        select node_id, enrollment, acked_seq, has_gap, skips_gap from node_session
                        where tenant_id = :tenant and node_id = any (:nodes::uuid[])
                        order by node_id
                        for update
                        """)
                .param("tenant", tenant.value())
                .param(
                        "nodes",
                        submissions.stream()
                                .map(submission -> submission.node().id().toString())
                                .distinct()
                                .toArray(String[]::new))
                .query((row, number) -> {
                    UUID node = row.getObject("node_id", UUID.class);
                    return sessions.put(
                            node,
                            new Session(
                                    node,
                                    row.getInt("enrollment"),
                                    row.getLong("acked_seq"),
                                    row.getBoolean("has_gap"),
                                    row.getBoolean("skips_gap")));
                })
                .list();
        return sessions;
    }

    /** Reports that were stored out of turn. */
    private void loadWaiting(TenantId tenant, Map<UUID, Session> sessions) {
        List<Session> gaps =
                sessions.values().stream().filter(session -> session.gapBefore).toList();
        if (gaps.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        select r.node_id, r.enrollment, r.seq, r.boot_id, r.update_id, r.state, r.failure_phase, r.progress_percent,
                               r.error_code, r.text
                        from node_session session
                        join report r
                            on (r.tenant_id, r.node_id, r.enrollment)
                               = (session.tenant_id, session.node_id, session.enrollment)
                        where session.tenant_id = :tenant and session.node_id = any (:nodes::uuid[])
                          and r.seq > session.acked_seq and r.applied is null
                        order by r.node_id, r.seq
                        """)
                .param("tenant", tenant.value())
                .param("nodes", Ledger.texts(gaps, session -> session.node))
                .query((row, number) -> {
                    String phase = row.getString("failure_phase");
                    Row waiting = new Row(
                            row.getObject("node_id", UUID.class),
                            row.getInt("enrollment"),
                            new Report(
                                    row.getString("boot_id"),
                                    row.getLong("seq"),
                                    row.getString("update_id"),
                                    UpdateState.valueOf(row.getString("state")),
                                    phase == null ? null : FailurePhase.valueOf(phase),
                                    row.getObject("progress_percent", Integer.class),
                                    row.getString("error_code"),
                                    row.getString("text")));
                    waiting.alreadyStored = true;
                    return java.util.Objects.requireNonNull(sessions.get(waiting.node))
                            .waiting
                            .putIfAbsent(waiting.report.seq(), waiting);
                })
                .list();
    }

    /** Those that reports name, and those under way at nodes that tell their facts. */
    private Map<UUID, Standing> lockUpdates(
            TenantId tenant, List<Submission> submissions, Map<UUID, Session> sessions) {
        Set<String> ids = new LinkedHashSet<>();
        Set<String> nodesWithFacts = new LinkedHashSet<>();
        for (Submission submission : submissions) {
            if (submission.request().reports() != null) {
                submission.request().reports().stream()
                        .map(Report::updateId)
                        .filter(java.util.Objects::nonNull)
                        .forEach(ids::add);
            }
            if (submission.request().facts() != null) {
                nodesWithFacts.add(submission.node().id().toString());
            }
        }
        for (Session session : sessions.values()) {
            session.waiting.values().stream()
                    .map(row -> row.report.updateId())
                    .filter(java.util.Objects::nonNull)
                    .forEach(ids::add);
        }
        Map<UUID, Standing> updates = new HashMap<>();
        if (ids.isEmpty() && nodesWithFacts.isEmpty()) {
            return updates;
        }
        jdbc.sql("""
                        select u.id, u.node_id, u.campaign_id, u.wave, u.image_id, u.from_sha256, u.permit_id,
                               u.reboot_boot_id, u.state, i.sha256, c.prestage,
                               u.image_id <> c.image_id
                               or exists (select from image ruled
                                          where (ruled.tenant_id, ruled.family, ruled.architecture)
                                                = (i.tenant_id, i.family, i.architecture)
                                            and (ruled.path_floor is not null or ruled.path_barrier
                                                 or cardinality(ruled.path_forbidden_from) > 0)) as stepwise
                        from node_update u
                        join image i on (i.tenant_id, i.id) = (u.tenant_id, u.image_id)
                        join campaign c on (c.tenant_id, c.id) = (u.tenant_id, u.campaign_id)
                        where u.tenant_id = :tenant
                          and u.id in (select unnest(:ids::uuid[])
                                       union
                                       select active.id from node_update active
                                       where active.tenant_id = :tenant and active.active
                                         and active.node_id = any (:nodes::uuid[]))
                        order by u.id
                        for update of u
                        """)
                .param("tenant", tenant.value())
                .param("ids", ids.toArray(String[]::new))
                .param("nodes", nodesWithFacts.toArray(String[]::new))
                .query((row, number) -> updates.put(
                        row.getObject("id", UUID.class),
                        new Standing(
                                row.getObject("id", UUID.class),
                                row.getObject("node_id", UUID.class),
                                row.getObject("campaign_id", UUID.class),
                                row.getInt("wave"),
                                row.getObject("image_id", UUID.class),
                                row.getString("from_sha256"),
                                row.getString("sha256"),
                                row.getBoolean("prestage"),
                                row.getBoolean("stepwise"),
                                row.getObject("permit_id", UUID.class),
                                row.getString("reboot_boot_id"),
                                UpdateState.valueOf(row.getString("state")))))
                .list();
        return updates;
    }

    /**
     * @return nodes that used a number again for another report: the same number from another boot, when it had been
     *     acknowledged already
     */
    private Set<UUID> store(TenantId tenant, List<Row> rows) {
        List<Row> fresh = rows.stream().filter(row -> !row.alreadyStored).toList();
        if (fresh.isEmpty()) {
            return Set.of();
        }
        Set<String> usedAgain = new HashSet<>();
        fresh.stream().filter(row -> row.duplicate).forEach(row -> usedAgain.add(key(row.node, row.report)));
        Set<UUID> clones = new HashSet<>();
        jdbc.sql("""
                        insert into report (tenant_id, node_id, enrollment, seq, boot_id, update_id, state, failure_phase,
                                            progress_percent, error_code, text, applied, reason, received_at)
                        select :tenant, node_id, enrollment, seq, boot_id, update_id, state, failure_phase,
                               progress_percent, error_code, text, applied, reason, clock_timestamp()
                        from unnest(:nodes::uuid[], :enrollments::int[], :seqs::bigint[], :boots::text[],
                                    :updates::uuid[], :states::text[], :phases::text[], :progress::smallint[], :codes::text[], :texts::text[],
                                    :applied::boolean[], :reasons::text[])
                            as told (node_id, enrollment, seq, boot_id, update_id, state, failure_phase, progress_percent,
                                     error_code, text, applied, reason)
                        on conflict do nothing
                        returning node_id, seq, boot_id
                        """)
                .param("tenant", tenant.value())
                .param("nodes", Ledger.texts(fresh, row -> row.node))
                .param("enrollments", fresh.stream().map(row -> row.enrollment).toArray(Integer[]::new))
                .param("seqs", fresh.stream().map(row -> row.report.seq()).toArray(Long[]::new))
                .param("boots", Ledger.texts(fresh, row -> row.report.bootId()))
                .param("updates", Ledger.texts(fresh, row -> row.report.updateId()))
                .param("states", Ledger.texts(fresh, row -> row.report.state()))
                .param("phases", Ledger.texts(fresh, row -> row.report.phase()))
                .param(
                        "progress",
                        fresh.stream().map(row -> row.report.progressPercent()).toArray(Integer[]::new))
                .param("codes", Ledger.texts(fresh, row -> row.report.errorCode()))
                .param("texts", Ledger.texts(fresh, row -> row.report.text()))
                .param(
                        "applied",
                        fresh.stream()
                                .map(row -> row.duplicate ? Boolean.FALSE : row.applied)
                                .toArray(Boolean[]::new))
                .param("reasons", Ledger.texts(fresh, row -> row.reason))
                .query((row, number) -> {
                    UUID node = row.getObject("node_id", UUID.class);
                    if (usedAgain.contains(node + " " + row.getLong("seq") + " " + row.getString("boot_id"))) {
                        clones.add(node);
                    }
                    return node;
                })
                .list();
        return clones;
    }

    private static String key(UUID node, Report report) {
        return node + " " + report.seq() + " " + report.bootId();
    }

    private void closeGaps(TenantId tenant, Map<UUID, Session> sessions) {
        List<Row> closed = sessions.values().stream()
                .flatMap(session -> session.closed.stream())
                .toList();
        if (closed.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        update report r
                        set applied = done.applied, reason = done.reason
                        from unnest(:nodes::uuid[], :enrollments::int[], :seqs::bigint[], :boots::text[],
                                    :applied::boolean[], :reasons::text[])
                            as done (node_id, enrollment, seq, boot_id, applied, reason)
                        where r.tenant_id = :tenant
                          and (r.node_id, r.enrollment, r.seq, r.boot_id)
                              = (done.node_id, done.enrollment, done.seq, done.boot_id)
                        """)
                .param("tenant", tenant.value())
                .param("nodes", Ledger.texts(closed, row -> row.node))
                .param("enrollments", closed.stream().map(row -> row.enrollment).toArray(Integer[]::new))
                .param("seqs", closed.stream().map(row -> row.report.seq()).toArray(Long[]::new))
                .param("boots", Ledger.texts(closed, row -> row.report.bootId()))
                .param("applied", closed.stream().map(row -> row.applied).toArray(Boolean[]::new))
                .param("reasons", Ledger.texts(closed, row -> row.reason))
                .update();
    }

    private void writeSessions(TenantId tenant, Map<UUID, Session> sessions) {
        List<Session> moved = sessions.values().stream()
                .filter(session ->
                        session.acked != session.ackedBefore || session.waiting.isEmpty() == session.gapBefore)
                .toList();
        if (moved.isEmpty()) {
            return;
        }
        jdbc.sql("""
                        update node_session session
                        set acked_seq = moved.acked_seq, has_gap = moved.has_gap,
                            skips_gap = skips_gap and moved.acked_seq = session.acked_seq
                        from unnest(:nodes::uuid[], :seqs::bigint[], :gaps::boolean[])
                            as moved (node_id, acked_seq, has_gap)
                        where session.tenant_id = :tenant and session.node_id = moved.node_id
                        """)
                .param("tenant", tenant.value())
                .param("nodes", Ledger.texts(moved, session -> session.node))
                .param("seqs", moved.stream().map(session -> session.acked).toArray(Long[]::new))
                .param(
                        "gaps",
                        moved.stream()
                                .map(session -> !session.waiting.isEmpty())
                                .toArray(Boolean[]::new))
                .update();
    }
}
