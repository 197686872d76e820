package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What befell a campaign beside its state.
 *
 * @param authors everybody who said what it does, as the audit names them; none of them can approve it
 * @param approvals questions to a second person, oldest first, with their answers
 * @param rollbackOf the campaign whose nodes this one brings back
 * @param policyId the policy that made it; absent: a person did
 * @param escalatedAt when its escalation gave leave to override windows
 * @param deadlineMissedAt when it was not done by its deadline
 */
public record CampaignLife(
        List<String> authors,
        List<CampaignApproval> approvals,
        @Nullable UUID rollbackOf,
        @Nullable UUID policyId,
        @Nullable Instant escalatedAt,
        @Nullable Instant deadlineMissedAt) {}
