package org.maintenancemanager.core.campaign;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.campaign.CampaignLife.Answer;
import org.maintenancemanager.core.campaign.CampaignLife.Approval;
import org.maintenancemanager.core.campaign.CampaignLife.Kind;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.tenant.CallContext;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Answers of a second person: may a campaign begin, may its next wave open, may it override windows? */
@Service
public class CampaignApprovals {
    private final Campaigns campaigns;
    private final Approvals approvals;
    private final AuditLog audit;
    private final ChangeNotes notes;

    CampaignApprovals(Campaigns campaigns, Approvals approvals, AuditLog audit, ChangeNotes notes) {
        this.campaigns = campaigns;
        this.approvals = approvals;
        this.audit = audit;
        this.notes = notes;
    }

    /**
     * Says yes. What waited for it goes on: the campaign starts or is scheduled, the wave opens, windows are overridden.
     *
     * @param kind which question, if several are open; null: the only one
     * @param revision of the campaign that was looked at; null: as it is now
     * @throws Conflict if nothing is asked, or if the caller is an author
     */
    @Transactional
    public CampaignView approve(CampaignId id, @Nullable Kind kind, String remark, @Nullable Long revision) {
        checkRemark(remark);
        CampaignView campaign = campaigns.lockAndLoad(id);
        campaigns.checkRevision(campaign, revision);
        CampaignAction.APPROVE.check(campaign, CallContext.current().subject());
        Approval approval = asked(campaign, kind);
        if (approval.isForbiddenTo(
                CallContext.current().subject(), campaign.life().authorSubjects())) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, "somebody else has to approve what you said yourself");
        }
        answer(id, approval, Answer.APPROVED, remark);
        switch (approval.kind()) {
            case START -> campaigns.launch(id, CampaignState.AWAITING_APPROVAL);
            case WAVE -> notes.campaignsChanged(CallContext.current().tenant());
            case OVERRIDE -> campaigns.overrideAsAsked(id, approval, approvals.request(approval.id()));
        }
        return campaigns.load(id);
    }

    /**
     * Says no, or takes the question back if the caller asked it: the campaign is a DRAFT again, pauses before its next
     * wave, or goes on without an override.
     */
    @Transactional
    public CampaignView deny(CampaignId id, @Nullable Kind kind, String remark) {
        checkRemark(remark);
        CampaignView campaign = campaigns.lockAndLoad(id);
        String actor = CallContext.current().actor();
        CampaignAction.DENY.check(campaign, CallContext.current().subject());
        Approval approval = asked(campaign, kind);
        boolean own = CallContext.current().subject().equals(approval.requestedSubject());
        answer(id, approval, own ? Answer.WITHDRAWN : Answer.DENIED, remark);
        String detail = "%s by %s: %s".formatted(own ? "Taken back" : "Denied", actor, remark);
        switch (approval.kind()) {
            case START -> campaigns.move(id, CampaignMove.DENY, own ? "WITHDRAWN" : "DENIED", detail);
            case WAVE -> {
                if (campaign.state() == CampaignState.RUNNING) {
                    campaigns.pause(id, "WAVE_DENIED", detail);
                }
            }
            case OVERRIDE -> {}
        }
        return campaigns.load(id);
    }

    private void answer(CampaignId id, Approval approval, Answer answer, String remark) {
        if (!approvals.answer(approval.id(), answer, remark)) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, "somebody else has just answered");
        }
        String event = "campaign."
                + switch (approval.kind()) {
                    case START -> "start-";
                    case WAVE -> "wave-";
                    case OVERRIDE -> "override-";
                }
                + switch (answer) {
                    case APPROVED -> "approved";
                    case DENIED -> "refused";
                    case WITHDRAWN -> "question-withdrawn";
                };
        record Answered(Approval question, Answer answer, String remark) {}
        audit.record(event, "campaign", id, null, new Answered(approval, answer, remark));
    }

    private static Approval asked(CampaignView campaign, @Nullable Kind kind) {
        List<Approval> open = campaign.life().openApprovals().stream()
                .filter(approval -> kind == null || approval.kind() == kind)
                .toList();
        if (open.isEmpty()) {
            throw new Conflict(ProblemType.ILLEGAL_STATE, "no %s of this campaign waits for an answer".formatted(kind));
        }
        if (open.size() > 1 && kind == null) {
            throw InvalidInput.at(
                    "/kind",
                    "is required, since several questions are open: "
                            + open.stream()
                                    .map(approval -> approval.kind().name())
                                    .toList());
        }
        return open.getFirst();
    }

    private static void checkRemark(String remark) {
        if (remark.isBlank() || remark.length() > 1000) {
            throw InvalidInput.at(
                    "/remark", "has %d characters; expected 1 to 1000 that say why".formatted(remark.length()));
        }
    }
}
