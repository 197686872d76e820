package org.maintenancemanager.core.emf;

import org.jspecify.annotations.Nullable;

/**
 * What an agent is told.
 *
 * @param image null: nothing is known that it runs or shall run
 * @param schedule null: nothing to do now
 */
public record EmfOffer(@Nullable Target image, @Nullable EmfSchedule schedule) {
    /** @param path below the agent's release server; empty where it need not fetch anything */
    public record Target(String id, String path, String sha256, String family, String version) {}
}
