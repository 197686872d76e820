package org.maintenancemanager.core.campaign;

import java.util.EnumSet;
import java.util.Set;

/** Every step between the states of a campaign: the truth that docs/campaigns.md is drawn from. There are no others. */
public enum CampaignMove {
    ASK_APPROVAL("campaign.approval-requested", By.OPERATOR, CampaignState.AWAITING_APPROVAL, CampaignState.DRAFT),
    DENY("campaign.denied", By.OPERATOR, CampaignState.DRAFT, CampaignState.AWAITING_APPROVAL),
    SCHEDULE(
            "campaign.scheduled",
            By.OPERATOR,
            CampaignState.SCHEDULED,
            CampaignState.DRAFT,
            CampaignState.AWAITING_APPROVAL),
    /** After the database was restored from a backup. */
    UNSCHEDULE("campaign.unscheduled", By.MANAGER, CampaignState.DRAFT, CampaignState.SCHEDULED),
    START(
            "campaign.started",
            By.EITHER,
            CampaignState.RUNNING,
            CampaignState.DRAFT,
            CampaignState.AWAITING_APPROVAL,
            CampaignState.SCHEDULED),
    PAUSE("campaign.paused", By.EITHER, CampaignState.PAUSED, CampaignState.RUNNING),
    RESUME("campaign.resumed", By.OPERATOR, CampaignState.RUNNING, CampaignState.PAUSED),
    COMPLETE("campaign.completed", By.MANAGER, CampaignState.COMPLETED, CampaignState.RUNNING, CampaignState.PAUSED),
    ABORT(
            "campaign.aborted",
            By.OPERATOR,
            CampaignState.ABORTED,
            CampaignState.AWAITING_APPROVAL,
            CampaignState.SCHEDULED,
            CampaignState.RUNNING,
            CampaignState.PAUSED),
    /** By the next campaign of its policy. */
    SUPERSEDE(
            "campaign.superseded",
            By.MANAGER,
            CampaignState.ABORTED,
            CampaignState.AWAITING_APPROVAL,
            CampaignState.SCHEDULED,
            CampaignState.RUNNING,
            CampaignState.PAUSED),
    /** At its {@code endsAt}. */
    END(
            "campaign.ended",
            By.MANAGER,
            CampaignState.ABORTED,
            CampaignState.AWAITING_APPROVAL,
            CampaignState.SCHEDULED,
            CampaignState.RUNNING,
            CampaignState.PAUSED);

    /** Who takes the step. */
    public enum By {
        OPERATOR,
        MANAGER,
        EITHER
    }

    private final String event;
    private final By by;
    private final CampaignState to;
    private final Set<CampaignState> from = EnumSet.noneOf(CampaignState.class);

    CampaignMove(String event, By by, CampaignState to, CampaignState... from) {
        this.event = event;
        this.by = by;
        this.to = to;
        this.from.addAll(Set.of(from));
    }

    /** The action of the audit and the kind of the event. */
    public String event() {
        return event;
    }

    public By by() {
        return by;
    }

    public CampaignState to() {
        return to;
    }

    public Set<CampaignState> from() {
        return Set.copyOf(from);
    }

    boolean isFrom(CampaignState state) {
        return from.contains(state);
    }
}
