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
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.decision.PermitTerms;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.WindowDefinition;

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
        ALL.put("two permits for one update", script -> new Model(script) {
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
    }
}
