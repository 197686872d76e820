package org.maintenancemanager.core.update;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.decision.Decision.Directive;
import org.maintenancemanager.core.decision.GateName;
import org.maintenancemanager.core.decision.NodeFacts;
import org.maintenancemanager.core.decision.UpdateFacts;
import org.maintenancemanager.core.decision.UpdateFacts.PermitFacts;

/**
 * What a node shall do now, as facts.
 *
 * @param device null: it never used another protocol than ours
 * @param runningVersion of the image that it runs, as far as it said
 * @param update the latest, which may have ended
 * @param directive NONE when there is no update, or it has ended, or the node is at work
 * @param blocking the closed gate that decided; null: none, or it is not asked
 * @param permit held, and valid at {@code now}
 * @param nextPollSeconds when it should ask again
 */
public record Assignment(
        KnownNode node,
        @Nullable Device device,
        NodeFacts facts,
        @Nullable String runningVersion,
        @Nullable UpdateFacts update,
        @Nullable CampaignFacts campaign,
        Directive directive,
        @Nullable GateName blocking,
        @Nullable PermitFacts permit,
        int nextPollSeconds,
        Instant now) {
    /** The update that is under way, if any. */
    public @Nullable UpdateFacts active() {
        return update == null || update.state().isTerminal() ? null : update;
    }
}
