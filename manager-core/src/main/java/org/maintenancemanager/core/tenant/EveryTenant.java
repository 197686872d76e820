package org.maintenancemanager.core.tenant;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets statements touch the rows of every tenant: for the few places whose work begins before the tenant is known (a
 * credential is looked up) or is for all of them at once (a sweep). A {@link CallContext} bound within narrows it to its
 * tenant again. A test lists who may do so.
 */
public final class EveryTenant {
    private EveryTenant() {}

    public static void run(Runnable work) {
        ScopedValue.where(RowScope.CURRENT, RowScope.EVERYBODY).run(work);
    }

    public static <T extends @Nullable Object> T get(Supplier<T> work) {
        return ScopedValue.where(RowScope.CURRENT, RowScope.EVERYBODY).call(work::get);
    }
}
