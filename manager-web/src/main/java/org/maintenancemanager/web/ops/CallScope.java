package org.maintenancemanager.web.ops;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.tenant.CallContext;
import org.slf4j.MDC;

/** Binds the context of a call for the core and for the logs at once. */
public final class CallScope {
    private CallScope() {}

    /** Runs the work on behalf of the context; each log line of it names request, tenant and actor. */
    public static <T extends @Nullable Object> T call(CallContext context, Callable<T> work) throws Exception {
        String outer = MDC.get("requestId");
        MDC.put("requestId", context.requestId());
        MDC.put("tenant", context.tenant().toString());
        MDC.put("actor", context.actor());
        try {
            return context.call(work);
        } finally {
            if (outer == null) {
                MDC.remove("requestId");
            } else {
                MDC.put("requestId", outer);
            }
            MDC.remove("tenant");
            MDC.remove("actor");
        }
    }
}
