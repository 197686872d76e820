package org.maintenancemanager.api.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From which releases an image may be installed. Numbers are release counters.
 *
 * @param floor the lowest release that it can be installed from; absent: any
 * @param barrier whether older nodes have to run it before they go further; absent: false
 * @param forbidden releases that it must not be installed from, at most 100; absent: none
 */
public record ImagePath(
        @Nullable Long floor,
        @Nullable Boolean barrier,
        @Nullable List<ForbiddenSource> forbidden) {}
