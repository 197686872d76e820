package org.maintenancemanager.core.update;

import java.util.List;
import java.util.stream.Stream;
import org.maintenancemanager.core.campaign.CampaignFacts.BudgetFacts;
import org.maintenancemanager.core.node.Selectable;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.NodeGrouping;
import org.maintenancemanager.core.window.Schedules;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The rules that polls are answered by, for whoever looks at a whole fleet. */
@Component
public class FleetFacts {
    private final FleetRules rules;

    FleetFacts(FleetRules rules) {
        this.rules = rules;
    }

    /** Within a transaction as that sees them, which is nobody else's business until it ends. */
    public Of of(TenantId tenant) {
        return new Of(
                TransactionSynchronizationManager.isActualTransactionActive() ? rules.read(tenant) : rules.of(tenant));
    }

    /** The rules of one tenant as they were read last. */
    public static final class Of {
        private final FleetRules.Rules rules;

        private Of(FleetRules.Rules rules) {
            this.rules = rules;
        }

        public Schedules schedules() {
            return rules.schedules();
        }

        /** Tells nodes apart by all that decides on their windows and budgets, and by these attributes. */
        public NodeGrouping grouping(String... further) {
            return new NodeGrouping(
                    rules.schedules(),
                    Stream.concat(Stream.of(further), rules.budgetAttributes().stream())
                            .toArray(String[]::new));
        }

        /** Every budget that applies, in the order of their ids, with its use as of a second ago. */
        public List<BudgetFacts> budgets(Selectable node) {
            return rules.forNode(node).budgets();
        }
    }
}
