package org.maintenancemanager.api.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a campaign does as time passes, beside its start.
 *
 * @param joinLater whether nodes that match after the beginning become members too; yes if absent
 * @param endsAt when nodes that hold no permit are called off, and the campaign is over; absent: never
 * @param deadline by when it should be done: nothing stops then, it is told
 * @param escalation absent: windows hold, however long it takes
 */
public record CampaignSchedule(
        @Nullable Boolean joinLater,
        @Nullable Instant endsAt,
        @Nullable Instant deadline,
        @Nullable CampaignEscalation escalation) {}
