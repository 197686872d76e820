package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One document.
 *
 * @param document its place, from 0
 * @param kind {@code Site}, {@code Window} ...
 * @param name by which it is found
 * @param id absent in a dry run of what is yet to be created
 * @param changes what of it differs from before; of what is created, all that it says
 */
public record AppliedDocument(
        int document,
        String kind,
        String name,
        Action action,
        @Nullable UUID id,
        List<AppliedChange> changes) {
    public enum Action {
        CREATED,
        UPDATED,
        UNCHANGED
    }
}
