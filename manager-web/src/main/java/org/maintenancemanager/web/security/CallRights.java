package org.maintenancemanager.web.security;

import java.util.function.Supplier;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.access.Caller;
import org.maintenancemanager.core.access.Permission;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Reach;
import org.maintenancemanager.web.problem.ProblemException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** What the present caller may do by a call that stands for several: each is held to its own rule. */
public final class CallRights {
    private CallRights() {}

    /**
     * Does what a call does, as far as the caller may make that.
     *
     * @param pattern of the call's handler
     * @throws ProblemException with FORBIDDEN if the caller may not make it
     */
    public static <T> T as(String method, String pattern, Supplier<T> work) {
        AccessRule rule = AccessRules.of(method, pattern)
                .orElseThrow(() -> new IllegalStateException("nobody may call " + method + " " + pattern));
        Permission permission = rule.permission();
        if (permission == null || rule.fresh()) {
            throw new IllegalStateException(rule + " is no call that others may stand for");
        }
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null || !(authentication.getPrincipal() instanceof Caller caller)) {
            throw new IllegalStateException("nobody known is calling");
        }
        Reach reach = caller.reach(permission);
        if (reach == null) {
            throw ProblemException.of(
                    ProblemType.FORBIDDEN, "This needs the permission '%s'.".formatted(permission.word()));
        }
        if (rule.bound() == AccessRule.Bound.TENANT && !reach.everywhere()) {
            throw ProblemException.of(
                    ProblemType.FORBIDDEN,
                    "This needs the permission '%s' in the whole tenant, not at some sites."
                            .formatted(permission.word()));
        }
        CallContext now = CallContext.current();
        return new CallContext(
                        now.tenant(),
                        now.actorKind(),
                        now.actor(),
                        now.requestId(),
                        new CallContext.Standing(now.subject(), reach))
                .get(work);
    }
}
