package org.maintenancemanager.api.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why a node does what it does now: by the same decision that answers its polls.
 *
 * @param updateId the update that it is about; absent without one
 * @param directive {@code NONE}, {@code DOWNLOAD}, {@code WAIT}, {@code INSTALL_ALLOWED}, {@code CANCEL} or {@code ROLL_BACK}
 * @param sentence what the node does, and what it waits for
 * @param code of the gate that it waits for; absent when it does not wait
 * @param gates in the order in which they are asked
 * @param path images that the node still installs, one after the other; empty when nothing is under way, or no way leads there
 * @param policyId the policy that made the campaign; absent: a person did
 */
public record NodeExplanation(
        UUID nodeId,
        @Nullable UUID updateId,
        @Nullable UUID campaignId,
        Instant at,
        String directive,
        String sentence,
        @Nullable String code,
        List<GateVerdict> gates,
        List<PathStep> path,
        @Nullable UUID policyId) {}
