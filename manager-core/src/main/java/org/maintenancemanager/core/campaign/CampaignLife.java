package org.maintenancemanager.core.campaign;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What befell a campaign beside its state.
 *
 * @param authors everybody who said what it does, as the audit names them
 * @param authorSubjects who they are, for comparing
 * @param approvals questions to a second person, oldest first, with their answers
 * @param rollbackOf the campaign whose nodes this one brings back
 * @param policy that made it; null: a person did
 * @param escalatedAt when its escalation gave leave to override windows
 * @param deadlineMissedAt when it was not done by its deadline
 */
public record CampaignLife(
        Set<String> authors,
        Set<String> authorSubjects,
        List<Approval> approvals,
        @Nullable CampaignId rollbackOf,
        @Nullable PolicyId policy,
        @Nullable Instant escalatedAt,
        @Nullable Instant deadlineMissedAt) {
    public CampaignLife {
        authors = Set.copyOf(authors);
        authorSubjects = Set.copyOf(authorSubjects);
        approvals = List.copyOf(approvals);
    }

    /** What an approval is about. */
    public enum Kind {
        /** May it begin? */
        START,
        /** May the wave after this one open? */
        WAVE,
        /** May windows be overridden? */
        OVERRIDE
    }

    /** How a question ended; docs/campaigns.md is drawn from it. There are no other steps: an answer stays. */
    public enum Answer {
        APPROVED("somebody who is no author"),
        DENIED("anybody else who may"),
        WITHDRAWN("who asked, or the manager when the campaign is over");

        private final String by;

        Answer(String by) {
            this.by = by;
        }

        /** Who gives it. */
        public String by() {
            return by;
        }
    }

    /**
     * @param wave the ordinal of the wave that is done; null but for WAVE
     * @param reasons codes of why it is asked: NODES, SELECTOR, DOWNGRADE, OVERRIDE, GATE
     * @param remark of who decided
     */
    public record Approval(
            UUID id,
            Kind kind,
            @Nullable Integer wave,
            List<String> reasons,
            String requestedBy,
            String requestedSubject,
            Instant requestedAt,
            @Nullable Answer answer,
            @Nullable String decidedBy,
            @Nullable Instant decidedAt,
            @Nullable String remark) {
        public Approval {
            reasons = List.copyOf(reasons);
        }

        /** Whoever asked, and whoever said what the campaign does, cannot approve it. */
        boolean isForbiddenTo(String subject, Set<String> authorSubjects) {
            return subject.equals(requestedSubject) || kind != Kind.OVERRIDE && authorSubjects.contains(subject);
        }
    }

    public List<Approval> openApprovals() {
        return approvals.stream().filter(approval -> approval.answer() == null).toList();
    }
}
