package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A question to a second person, and the answer.
 *
 * @param kind START: may it begin? WAVE: may the next wave open? OVERRIDE: may windows be overridden?
 * @param wave the ordinal of the wave that is done; absent but for WAVE
 * @param reasons why it is asked: NODES, SELECTOR, DOWNGRADE, OVERRIDE, GATE
 * @param answer APPROVED, DENIED or WITHDRAWN; absent while it is open
 * @param remark of who answered
 */
public record CampaignApproval(
        UUID id,
        String kind,
        @Nullable Integer wave,
        List<String> reasons,
        String requestedBy,
        Instant requestedAt,
        @Nullable String answer,
        @Nullable String decidedBy,
        @Nullable Instant decidedAt,
        @Nullable String remark) {}
