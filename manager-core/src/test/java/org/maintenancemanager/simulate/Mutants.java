package org.maintenancemanager.simulate;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignRules;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.WaveGates;
import org.maintenancemanager.core.decision.PermitTerms;
import org.maintenancemanager.core.guard.Verdict;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.update.PureReports;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.WindowDefinition;
import org.maintenancemanager.core.window.WindowOverride;

/** Managers with one deliberate bug each, by what the bug is. */
final class Mutants {
    static final Map<String, Function<Script, Model>> ALL = new LinkedHashMap<>();

    private Mutants() {}

    static {
        ALL.put("freeze ignored", script -> new Model(script) {
            @Override
            protected List<WindowDefinition> definitions() {
                return super.definitions().stream()
                        .filter(window -> window.kind() == WindowDefinition.Kind.PERMIT)
                        .toList();
            }
        });
        ALL.put("zone of the site ignored", script -> new Model(script) {
            @Override
            protected String zone(Store.Node node) {
                return "UTC";
            }
        });
        ALL.put("change of the clocks skipped", script -> new Model(script) {
            @Override
            protected String zone(Store.Node node) {
                return java.time.ZoneId.of(super.zone(node))
                        .getRules()
                        .getOffset(script.begins())
                        .getId();
            }
        });
        ALL.put("guard time ignored", script -> new Model(script) {
            @Override
            protected Optional<PermitTerms> terms(
                    org.maintenancemanager.core.decision.NodeFacts facts,
                    CampaignFacts campaign,
                    Schedule.Opening opening,
                    Instant at) {
                return super.terms(facts, campaign, opening, at)
                        .map(terms -> new PermitTerms(opening.end(), terms.lostAt(), opening.end()));
            }
        });
        ALL.put("skewed clock grants", script -> new Model(script) {
            @Override
            protected Instant clock(int replica) {
                return now.plus(skews.getOrDefault(replica, Duration.ZERO));
            }
        });
        ALL.put("naive count", script -> new Model(script) {
            @Override
            protected boolean hasRoom(Store.Update update, Memory memory) {
                CampaignFacts remembered = memory.campaigns().get(update.campaign.name);
                return remembered.inFlight() < remembered.maxInFlight() && !isHeld(update);
            }
        });
        ALL.put("stale replica grants", script -> new Model(script) {
            @Override
            protected boolean isEligible(Store.Update update, CampaignFacts remembered, Memory memory) {
                return update.permit == null && remembered.state() == CampaignState.RUNNING;
            }

            @Override
            protected boolean hasRoom(Store.Update update, Memory memory) {
                return true;
            }
        });
        ALL.put("cohort hold ignored", script -> new Model(script) {
            @Override
            protected boolean isHeld(Store.Update update) {
                return false;
            }

            @Override
            protected CampaignFacts facts(Store.Campaign campaign) {
                List<org.maintenancemanager.core.campaign.CampaignFacts.HeldCohort> held = List.copyOf(campaign.held);
                campaign.held.clear();
                try {
                    return super.facts(campaign);
                } finally {
                    campaign.held.addAll(held);
                }
            }
        });
        ALL.put("budget of the own site only", script -> new Model(script) {
            @Override
            protected List<Store.Budget> budgetsOf(Store.Node node) {
                String path = script.site(node.number).path();
                return super.budgetsOf(node).stream()
                        .filter(budget -> budget.site.equals(path))
                        .toList();
            }
        });
        ALL.put("slot not returned", script -> new Model(script) {
            @Override
            protected void end(Store.Permit permit, String outcome) {
                if (!outcome.equals("LOST")) {
                    super.end(permit, outcome);
                }
            }
        });
        ALL.put("LOST not counted", script -> new Model(script) {
            @Override
            protected boolean condemns(Move move) {
                return move.to() != UpdateState.LOST && super.condemns(move);
            }
        });
        ALL.put("2xx before the commit", script -> new Model(script) {
            @Override
            public Receipt report(int replica, int number, List<Report> reports, @Nullable NodeFacts facts) {
                Receipt receipt = super.report(replica, number, reports, facts);
                if (script.happens(3, number, receipt.acked())) {
                    reports.forEach(report -> store.nodes.get(number).reports.remove(report.seq()));
                }
                return receipt;
            }
        });
        ALL.put("downgrade without permission", script -> new Model(script) {
            @Override
            protected boolean isForbiddenDowngrade(int running, Store.Campaign campaign) {
                return false;
            }

            @Override
            protected org.maintenancemanager.core.decision.NodeFacts facts(Store.Node node) {
                int running = node.running;
                node.running = -1;
                try {
                    return super.facts(node);
                } finally {
                    node.running = running;
                }
            }
        });
        ALL.put("approval by the same person", script -> new Model(script) {
            @Override
            protected boolean isForbidden(Store.Campaign campaign, Store.Question asked, String by) {
                return false;
            }
        });
        ALL.put("restored and not paused", script -> new Model(script) {
            @Override
            protected void restored() {
                store.epoch = "epoch-" + now;
            }
        });
        ALL.put("unused permit never ends", script -> new Model(script) {
            @Override
            protected void end(Store.Permit permit, String outcome) {
                super.end(permit, outcome);
                if (outcome.equals("EXPIRED")) {
                    permit.endedAt = null;
                }
            }
        });
        ALL.put("permit without its audit event", script -> new Model(script) {
            @Override
            protected void audit(String action, String object, @Nullable String detail) {
                if (!action.equals("permit.granted")) {
                    super.audit(action, object, detail);
                }
            }
        });
        ALL.put("window check off", script -> new Model(script) {
            @Override
            protected List<WindowDefinition> definitions() {
                List<WindowDefinition> definitions = new java.util.ArrayList<>(super.definitions());
                WindowDefinition first = definitions.getFirst();
                definitions.set(
                        0,
                        new WindowDefinition(
                                first.id(),
                                first.name(),
                                first.kind(),
                                daily(new Script.Daily("", java.time.LocalTime.MIDNIGHT, Duration.ofHours(24))),
                                first.zone(),
                                first.target(),
                                true,
                                null,
                                null));
                return definitions;
            }
        });
        ALL.put("override without end", script -> new Model(script) {
            @Override
            protected CampaignFacts facts(Store.Campaign campaign) {
                WindowOverride given = campaign.override;
                if (given != null) {
                    campaign.override = new WindowOverride(
                            given.id(),
                            given.name(),
                            given.reason(),
                            given.by(),
                            given.since(),
                            given.until().plus(Duration.ofDays(9)),
                            given.freezes(),
                            given.windows());
                }
                try {
                    return super.facts(campaign);
                } finally {
                    campaign.override = given;
                }
            }
        });
        ALL.put("permit after a pause", script -> new Model(script) {
            @Override
            protected boolean isEligible(Store.Update update, CampaignFacts remembered, Memory memory) {
                CampaignState state = update.campaign.state;
                update.campaign.state = CampaignState.RUNNING;
                try {
                    return super.isEligible(update, remembered, memory);
                } finally {
                    update.campaign.state = state;
                }
            }

            @Override
            protected boolean hasRoom(Store.Update update, Memory memory) {
                boolean granting = update.campaign.granting;
                update.campaign.granting = true;
                try {
                    return super.hasRoom(update, memory);
                } finally {
                    update.campaign.granting = granting;
                }
            }
        });
        ALL.put("quarantine ignored", script -> new Model(script) {
            @Override
            protected boolean isEligible(Store.Update update, CampaignFacts remembered, Memory memory) {
                NodeState state = update.node.state;
                update.node.state = NodeState.ACTIVE;
                try {
                    return super.isEligible(update, remembered, memory);
                } finally {
                    update.node.state = state;
                }
            }

            @Override
            protected org.maintenancemanager.core.decision.NodeFacts facts(Store.Node node) {
                NodeState state = node.state;
                node.state = NodeState.ACTIVE;
                try {
                    return super.facts(node);
                } finally {
                    node.state = state;
                }
            }
        });
        ALL.put("block list ignored", script -> new Model(script) {
            @Override
            protected void block(Move rolledBack) {}
        });
        ALL.put("retry without limit", script -> new Model(script) {
            @Override
            protected int limit(CampaignRules.Retry rule) {
                return 1000;
            }
        });
        ALL.put("retry without backoff", script -> new Model(script) {
            @Override
            protected Duration backoff(CampaignRules.Retry rule, long times) {
                return Duration.ZERO;
            }
        });
        ALL.put("wave gate off by one", script -> new Model(script) {
            @Override
            protected WaveGates.Progress progress(Store.Campaign campaign, int ordinal) {
                WaveGates.Progress progress = super.progress(campaign, ordinal);
                Map<UpdateState, Integer> counts = new java.util.EnumMap<>(UpdateState.class);
                counts.putAll(progress.updates());
                for (UpdateState other : List.of(UpdateState.FAILED, UpdateState.DOWNLOADED)) {
                    if (counts.getOrDefault(other, 0) > 0) {
                        counts.merge(other, -1, Integer::sum);
                        counts.merge(UpdateState.CONFIRMED, 1, Integer::sum);
                        break;
                    }
                }
                return new WaveGates.Progress(
                        counts, progress.unreachable(), progress.reachedAt(), progress.approved(), progress.openedAt());
            }
        });
        ALL.put("soak time skipped", script -> new Model(script) {
            @Override
            protected WaveGates.Verdict verdict(Store.Campaign campaign, int open) {
                WaveGates.Verdict verdict = super.verdict(campaign, open);
                return verdict instanceof WaveGates.Soaks ? new WaveGates.Passes() : verdict;
            }
        });
        ALL.put("wave opens without a word", script -> new Model(script) {
            @Override
            protected WaveGates.Verdict verdict(Store.Campaign campaign, int open) {
                WaveGates.Verdict verdict = super.verdict(campaign, open);
                return verdict instanceof WaveGates.AwaitsApproval ? new WaveGates.Passes() : verdict;
            }
        });
        ALL.put("tick asks again", script -> new Model(script) {
            @Override
            protected boolean isAsked(Store.Campaign campaign, int wave) {
                return false;
            }
        });
        ALL.put("completed too early", script -> new Model(script) {
            @Override
            protected boolean isDone(Store.Campaign campaign) {
                return campaign.waves.getFirst().counts.keySet().stream().allMatch(UpdateState::isTerminal);
            }
        });
        ALL.put("abort not delivered", script -> new Model(script) {
            @Override
            protected boolean isAborted(Store.Campaign campaign) {
                return false;
            }
        });
        ALL.put("priority inverted", script -> new Model(script) {
            @Override
            protected java.util.Comparator<Store.Update> turn() {
                return super.turn().reversed();
            }
        });
        ALL.put("two updates of one node", script -> new Model(script) {
            @Override
            protected boolean isBusy(List<Store.Update> own) {
                return false;
            }
        });
        ALL.put("end of what waited is told", script -> new Model(script) {
            @Override
            protected boolean isToBeTold(Store.Update ended) {
                return true;
            }
        });
        ALL.put("retry of who runs it already", script -> new Model(script) {
            @Override
            protected boolean isRetryChecked() {
                return false;
            }
        });
        ALL.put("guard never stops", script -> new Model(script) {
            @Override
            protected boolean isStoppedBy(Verdict.Stop stop) {
                return false;
            }
        });
        ALL.put("ticks by the replica's clock", script -> new Model(script) {
            @Override
            void work(int replica, List<String> due) {
                Instant right = now;
                now = now.plus(skews.getOrDefault(replica, Duration.ZERO));
                try {
                    super.work(replica, due);
                } finally {
                    now = right;
                }
            }
        });
        ALL.put("old number accepted", script -> new Model(script) {
            @Override
            protected PureReports.Applied sequence(Store.Node node, List<Report> reports, @Nullable NodeFacts facts) {
                return PureReports.apply(node.id, 0, node.waiting, reports, facts, standings(node));
            }
        });
        ALL.put("duplicate applied", script -> new Model(script) {
            @Override
            protected PureReports.Applied sequence(Store.Node node, List<Report> reports, @Nullable NodeFacts facts) {
                long before = first(reports, node.acked + 1) - 1;
                PureReports.Applied applied = PureReports.apply(
                        node.id, Math.min(node.acked, before), node.waiting, reports, facts, standings(node));
                return new PureReports.Applied(
                        Math.max(node.acked, applied.acked()), applied.waiting(), applied.steps());
            }
        });
        ALL.put("gap skipped", script -> new Model(script) {
            @Override
            protected PureReports.Applied sequence(Store.Node node, List<Report> reports, @Nullable NodeFacts facts) {
                long before = first(reports, node.acked + 1) - 1;
                return PureReports.apply(
                        node.id, Math.max(node.acked, before), node.waiting, reports, facts, standings(node));
            }
        });
        ALL.put("restored with the old epoch", script -> new Model(script) {
            @Override
            protected void restored() {
                super.restored();
                store.epoch = "epoch-1";
            }
        });
        ALL.put("answer of another node", script -> new Model(script) {
            @Override
            public Reply poll(int replica, int node, String boot, long lastSeq, long known) {
                return super.poll(replica, script.happens(1, now) ? 0 : node, boot, lastSeq, known);
            }
        });
    }

    private static long first(List<Report> reports, long otherwise) {
        return reports.stream().mapToLong(Report::seq).min().orElse(otherwise);
    }
}
