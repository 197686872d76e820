package org.maintenancemanager.core.decision;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignFacts.BudgetFacts;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.window.Schedule;

/**
 * What a decision needs to know of a node.
 *
 * @param runningSha256 digest of the image in the active slot, as the node last reported it
 * @param runningReleaseCounter release counter of that image, if the manager knows the image
 * @param blocked images that rolled back on this node and were not cleared since
 * @param usual what updates of its hardware take
 * @param budgets every budget that applies, in the order of their ids
 * @param client what the program on it can do
 */
public record NodeFacts(
        NodeId id,
        NodeState state,
        @Nullable String stateReason,
        String architecture,
        @Nullable String hardware,
        String sitePath,
        @Nullable String runningSha256,
        @Nullable Long runningReleaseCounter,
        Set<ImageId> blocked,
        Schedule schedule,
        NeededTime usual,
        List<BudgetFacts> budgets,
        ClientProfile client) {
    public NodeFacts {
        blocked = Set.copyOf(blocked);
        budgets = List.copyOf(budgets);
    }

    /** The budgets that pace its downloads. */
    public List<BudgetFacts> pacing() {
        return budgets.stream().filter(budget -> budget.downloads() != null).toList();
    }

    /** The most bytes a second that its download may take; null: any number. */
    public @Nullable Long downloadRate() {
        Long least = null;
        for (BudgetFacts budget : budgets) {
            Long rate = budget.downloads() == null ? null : budget.downloads().rateOfEach();
            least = rate == null || least != null && least <= rate ? least : rate;
        }
        return least;
    }

    /** Of a node with a client of our own. */
    public NodeFacts(
            NodeId id,
            NodeState state,
            @Nullable String stateReason,
            String architecture,
            @Nullable String hardware,
            String sitePath,
            @Nullable String runningSha256,
            @Nullable Long runningReleaseCounter,
            Set<ImageId> blocked,
            Schedule schedule,
            NeededTime usual,
            List<BudgetFacts> budgets) {
        this(
                id,
                state,
                stateReason,
                architecture,
                hardware,
                sitePath,
                runningSha256,
                runningReleaseCounter,
                blocked,
                schedule,
                usual,
                budgets,
                ClientProfile.OWN);
    }
}
