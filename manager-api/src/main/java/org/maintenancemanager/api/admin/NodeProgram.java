package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The program on a node that speaks with the manager: what it is, and what it cannot do.
 *
 * @param family OWN, SWUPDATE, RAUC, DDI_OTHER or EMF: the override, else what it was recognized as
 * @param recognized what it was recognized as; absent: not yet
 * @param familyOverride what an operator said that it is; absent: nothing
 * @param reported as it names itself
 * @param controllerId its name in the hawkBit device API
 * @param hostGuid its name in maintmgr.v1
 * @param downloadsAhead whether it can download before its window and wait
 * @param permitBeforeDownload whether it needs a permit before it begins to download
 */
public record NodeProgram(
        UUID nodeId,
        String family,
        @Nullable String recognized,
        @Nullable String familyOverride,
        @Nullable String reported,
        @Nullable String controllerId,
        @Nullable UUID hostGuid,
        boolean downloadsAhead,
        boolean permitBeforeDownload,
        List<ClientLimit> limits) {}
