package org.maintenancemanager.core.campaign;

import static org.maintenancemanager.core.campaign.CampaignState.ABORTED;
import static org.maintenancemanager.core.campaign.CampaignState.AWAITING_APPROVAL;
import static org.maintenancemanager.core.campaign.CampaignState.COMPLETED;
import static org.maintenancemanager.core.campaign.CampaignState.DRAFT;
import static org.maintenancemanager.core.campaign.CampaignState.PAUSED;
import static org.maintenancemanager.core.campaign.CampaignState.RUNNING;
import static org.maintenancemanager.core.campaign.CampaignState.SCHEDULED;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.query.Conflict;

/**
 * What a person can do with a campaign. Whether it is possible now, and why not, is asked here both by who does it and by
 * who shows it.
 */
public enum CampaignAction {
    EDIT(DRAFT, SCHEDULED, RUNNING, PAUSED),
    DELETE(DRAFT),
    START(DRAFT, SCHEDULED),
    APPROVE(AWAITING_APPROVAL, RUNNING, PAUSED),
    DENY(AWAITING_APPROVAL, RUNNING, PAUSED),
    PAUSE(RUNNING),
    RESUME(PAUSED),
    ABORT(AWAITING_APPROVAL, SCHEDULED, RUNNING, PAUSED),
    OVERRIDE_WINDOWS(RUNNING, PAUSED),
    CLEAR_OVERRIDE(RUNNING, PAUSED),
    PROMOTE_WAVE(RUNNING, PAUSED),
    SKIP_WAVE(RUNNING, PAUSED),
    EXCLUDE(RUNNING, PAUSED),
    RETRY_FAILED(RUNNING, PAUSED),
    ROLL_BACK(COMPLETED, ABORTED);

    private final Set<CampaignState> states = EnumSet.noneOf(CampaignState.class);

    CampaignAction(CampaignState... states) {
        this.states.addAll(Set.of(states));
    }

    /** As in the path of the call: {@code promote-wave}. */
    public String label() {
        return switch (this) {
            case OVERRIDE_WINDOWS -> "overrideWindows";
            case CLEAR_OVERRIDE -> "clearOverride";
            case EDIT,
                    DELETE,
                    START,
                    APPROVE,
                    DENY,
                    PAUSE,
                    RESUME,
                    ABORT,
                    PROMOTE_WAVE,
                    SKIP_WAVE,
                    EXCLUDE,
                    RETRY_FAILED,
                    ROLL_BACK -> name().toLowerCase(Locale.ROOT).replace('_', '-');
        };
    }

    /**
     * Why it is not possible now; null when it is. What depends on the request (its fields, a node's permit) is told only
     * by the call.
     *
     * @param subject who would do it
     */
    public @Nullable String refusal(CampaignView campaign, String subject) {
        if (!states.contains(campaign.state())) {
            return "the campaign is %s; this is possible in %s"
                    .formatted(campaign.state(), states.stream().map(Enum::name).collect(Collectors.joining(", ")));
        }
        return switch (this) {
            case APPROVE -> refusalOfAnswer(campaign, subject);
            case DENY ->
                campaign.life().openApprovals().isEmpty() ? "nothing of this campaign waits for an approval" : null;
            case PROMOTE_WAVE -> refusalOfPromotion(campaign, subject);
            case SKIP_WAVE ->
                campaign.waves().stream().allMatch(wave -> wave.passedAt() != null || wave.skippedAt() != null)
                        ? "every wave has passed or is skipped"
                        : null;
            case CLEAR_OVERRIDE -> campaign.override() == null ? "no override is in force" : null;
            case RETRY_FAILED -> campaign.failedUpdates() == 0 ? "no update of this campaign failed" : null;
            case ROLL_BACK ->
                campaign.confirmedUpdates() == 0 ? "no node runs the image because of this campaign" : null;
            case EDIT, DELETE, START, PAUSE, RESUME, ABORT, OVERRIDE_WINDOWS, EXCLUDE -> null;
        };
    }

    /** Of several questions, the one that this person may answer counts. */
    private static @Nullable String refusalOfAnswer(CampaignView campaign, String subject) {
        if (campaign.life().openApprovals().isEmpty()) {
            return "nothing of this campaign waits for an approval";
        }
        return campaign.life().openApprovals().stream()
                        .allMatch(approval ->
                                approval.isForbiddenTo(subject, campaign.life().authorSubjects()))
                ? "somebody else has to approve what you said yourself"
                : null;
    }

    private static @Nullable String refusalOfPromotion(CampaignView campaign, String subject) {
        var open = campaign.openWave().orElse(null);
        if (open == null || open.ordinal() == campaign.waves().size() - 1) {
            return "no wave is left to be opened";
        }
        boolean needsAnother =
                campaign.spec().waves().get(open.ordinal()).gate().approval();
        return needsAnother && campaign.life().authorSubjects().contains(subject)
                ? "the gate of wave %s wants an approval, and you are an author of this campaign".formatted(open.name())
                : null;
    }

    /** @throws Conflict with the reason, if it is not possible */
    public void check(CampaignView campaign, String subject) {
        String refusal = refusal(campaign, subject);
        if (refusal != null) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, refusal);
        }
    }
}
