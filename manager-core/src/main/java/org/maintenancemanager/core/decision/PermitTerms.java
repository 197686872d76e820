package org.maintenancemanager.core.decision;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.window.Schedule;
import org.maintenancemanager.core.window.Schedule.Opening;

/**
 * Until when a permit holds that is granted now. It ends before its window does, by the guard time at least: what a node
 * begins in its last second is over before people come in.
 *
 * @param validUntil after which the node must not begin
 * @param lostAt when a node that has not been heard of gives its slot back
 * @param windowEnd of the opening that it is granted in
 */
public record PermitTerms(Instant validUntil, Instant lostAt, Instant windowEnd) {
    /** Empty when what is left of the opening is shorter than what the node needs and the guard time together. */
    public static Optional<PermitTerms> of(NodeFacts node, CampaignFacts campaign, Opening opening, Instant now) {
        if (!isLongEnough(node, campaign, opening, now)) {
            return Optional.empty();
        }
        Duration rest = opening.rest(now).minus(campaign.guardTime());
        Duration validFor = rest.compareTo(campaign.permitLimit()) < 0 ? rest : campaign.permitLimit();
        Instant validUntil = now.plus(validFor);
        return Optional.of(new PermitTerms(validUntil, validUntil.plus(campaign.bootDeadline()), opening.end()));
    }

    static boolean isLongEnough(NodeFacts node, CampaignFacts campaign, Opening opening, Instant at) {
        Duration needed = NeededTime.of(node, campaign).time().plus(campaign.guardTime());
        Duration rest = opening.rest(at);
        return rest.compareTo(needed) >= 0 && rest.compareTo(node.client().leastRest()) >= 0;
    }

    /**
     * By how much a node may come late to an opening: a tenth of it, and no more than leaves the time that it needs.
     *
     * @param opens when the opening, or what a freeze leaves of it, begins
     */
    public static Duration slack(NodeFacts node, CampaignFacts campaign, Instant opens) {
        return schedule(node, campaign, opens)
                .openAt(opens)
                .map(opening -> {
                    Duration whole = opening.rest(opens);
                    Duration tenth = whole.dividedBy(10);
                    Duration spare =
                            whole.minus(NeededTime.of(node, campaign).time()).minus(campaign.guardTime());
                    return spare.compareTo(tenth) < 0 ? spare : tenth;
                })
                .filter(slack -> !slack.isNegative())
                .orElse(Duration.ZERO);
    }

    /** The node's schedule, with the campaign's leave to disturb it outside of its windows while that holds. */
    public static Schedule schedule(NodeFacts node, CampaignFacts campaign, Instant now) {
        var override = campaign.override();
        return override != null && override.holdsAt(now) ? node.schedule().overridden(override) : node.schedule();
    }
}
