package org.maintenancemanager.core.update;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.UpdateState;

/** The manager's own sequencing of reports and its conclusions from facts, for who keeps updates elsewhere than in tables. */
public final class PureReports {
    private PureReports() {}

    /** An update before a report, as {@link ReportBatch.Standing} has it. */
    public record Update(
            UUID id,
            UUID node,
            UUID campaign,
            int wave,
            UUID image,
            @Nullable String fromSha256,
            String imageSha256,
            boolean prestage,
            @Nullable UUID permit,
            @Nullable String rebootBootId,
            UpdateState state) {}

    /** One step of an update. @param seq of the report that led to it; 0: facts did */
    public record Step(
            UUID update,
            UpdateState from,
            UpdateState to,
            @Nullable FailurePhase phase,
            @Nullable String code,
            @Nullable String rebootBootId,
            long seq) {}

    /** @param waiting reports that came out of turn */
    public record Applied(long acked, Map<Long, Report> waiting, List<Step> steps) {}

    /** What becomes of a session and its updates when these reports and facts arrive. */
    public static Applied apply(
            UUID node,
            long acked,
            SortedMap<Long, Report> waiting,
            List<Report> sent,
            @Nullable NodeFacts facts,
            List<Update> updates) {
        Map<UUID, ReportBatch.Standing> standings = new HashMap<>();
        updates.forEach(update -> standings.put(
                update.id,
                new ReportBatch.Standing(
                        update.id,
                        update.node,
                        update.campaign,
                        update.wave,
                        update.image,
                        update.fromSha256,
                        update.imageSha256,
                        update.prestage,
                        false,
                        update.permit,
                        update.rebootBootId,
                        update.state)));
        var session = new ReportBatch.Session(node, 0, acked, !waiting.isEmpty(), false);
        waiting.values().forEach(session::take);
        sent.forEach(session::take);
        List<Change> changes = new ArrayList<>();
        session.applyInTurn(standings, changes);
        if (facts != null) {
            changes.addAll(FactsIntake.conclusions(Map.of(node, facts), standings.values()));
        }
        Map<Long, Report> left = new HashMap<>();
        session.waiting.forEach((seq, row) -> left.put(seq, row.report));
        return new Applied(
                session.acked, left, changes.stream().map(PureReports::step).toList());
    }

    private static Step step(Change change) {
        String cause = String.valueOf(change.causeDetail());
        return new Step(
                change.updateId(),
                change.from(),
                change.to(),
                change.phase(),
                change.code(),
                change.rebootBootId(),
                cause.startsWith("report ") ? Long.parseLong(cause.substring("report ".length())) : 0);
    }
}
