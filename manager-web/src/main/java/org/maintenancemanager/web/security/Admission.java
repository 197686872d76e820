package org.maintenancemanager.web.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.access.Caller;
import org.maintenancemanager.core.access.Permission;
import org.maintenancemanager.core.access.SessionDirectory;
import org.maintenancemanager.core.access.SiteObjects;
import org.maintenancemanager.core.quota.TenantGate;
import org.maintenancemanager.core.quota.TenantSuspended;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.Reach;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.web.ops.CallScope;
import org.maintenancemanager.web.ops.RequestIds;
import org.maintenancemanager.web.problem.ProblemWriter;
import org.springframework.http.server.PathContainer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.stereotype.Component;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Lets a known caller's call in, or not: looks up what the call needs, whether the caller has it and how far, and binds the
 * context that the core works in.
 */
@Component
class Admission {
    /** The rule by which the request was let in; {@link HandlerGate} compares it with the handler's own. */
    static final String RULE = Admission.class.getName() + ".rule";

    private final SiteObjects objects;
    private final SessionDirectory sessions;
    private final DatabaseClock clock;
    private final TenantGate gate;

    Admission(SiteObjects objects, SessionDirectory sessions, DatabaseClock clock, TenantGate gate) {
        this.objects = objects;
        this.sessions = sessions;
        this.clock = clock;
        this.gate = gate;
    }

    private record Refusal(ProblemType type, @Nullable String detail) {}

    /**
     * Goes on with the chain on behalf of the caller, or answers with why not.
     *
     * @param path of the call without what stands before it in the console
     */
    void admit(Caller caller, String path, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            gate.requireActive(caller.tenant());
        } catch (TenantSuspended e) {
            ProblemWriter.write(response, ProblemType.TENANT_SUSPENDED, null);
            return;
        }
        Optional<AccessRule> matched = AccessRules.matching(request.getMethod(), path);
        Reach reach = Reach.EVERYWHERE;
        if (matched.isPresent()) {
            AccessRule rule = matched.get();
            Reach granted = rule.permission() == null ? Reach.EVERYWHERE : caller.reach(rule.permission());
            Refusal refusal = refusal(rule, caller, granted, path);
            if (refusal != null || granted == null) {
                ProblemWriter.write(
                        response,
                        refusal == null ? ProblemType.FORBIDDEN : refusal.type(),
                        refusal == null ? null : refusal.detail());
                return;
            }
            reach = granted;
            request.setAttribute(RULE, rule);
        }
        SecurityContextHolder.setContext(new SecurityContextImpl(authentication(caller)));
        var context = new CallContext(
                caller.tenant(),
                caller.kind(),
                caller.actor(),
                response.getHeader(RequestIds.HEADER),
                new CallContext.Standing(caller.subject(), reach));
        try {
            CallScope.call(context, () -> {
                chain.doFilter(request, response);
                return true;
            });
        } catch (IOException | ServletException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        } finally {
            SecurityContextHolder.clearContext();
        }
    }

    private @Nullable Refusal refusal(AccessRule rule, Caller caller, @Nullable Reach reach, String path) {
        Permission permission = rule.permission();
        if (permission == null) {
            return staleness(rule, caller);
        }
        if (reach == null) {
            return new Refusal(ProblemType.FORBIDDEN, "This needs the permission '%s'.".formatted(permission.word()));
        }
        if (rule.bound() == AccessRule.Bound.TENANT && !reach.everywhere()) {
            return new Refusal(
                    ProblemType.FORBIDDEN,
                    "This needs the permission '%s' in the whole tenant, not at some sites."
                            .formatted(permission.word()));
        }
        if (permission == Permission.METRICS_READ && !caller.tenant().equals(TenantId.DEFAULT)) {
            return new Refusal(ProblemType.FORBIDDEN, "Metrics are those of the whole manager.");
        }
        if (rule.object() != null && !reach.everywhere() && !isWithin(rule, caller, reach, path)) {
            return new Refusal(ProblemType.NOT_FOUND, null);
        }
        return staleness(rule, caller);
    }

    private @Nullable Refusal staleness(AccessRule rule, Caller caller) {
        Caller.Session session = caller.session();
        return rule.fresh() && session != null && !sessions.isFresh(session, clock.now())
                ? new Refusal(ProblemType.REAUTHENTICATION_REQUIRED, null)
                : null;
    }

    private boolean isWithin(AccessRule rule, Caller caller, Reach reach, String path) {
        var match = PathPatternParser.defaultInstance.parse(rule.path()).matchAndExtract(PathContainer.parsePath(path));
        SiteObjects.Kind kind = rule.object();
        if (match == null || kind == null) {
            return false;
        }
        Map<String, String> variables = match.getUriVariables();
        String id = variables.containsKey("node") ? variables.get("node") : variables.get("id");
        try {
            return id != null && objects.isWithin(kind, caller.tenant(), UUID.fromString(id), reach);
        } catch (IllegalArgumentException noId) {
            return false;
        }
    }

    /** A caller as Spring Security sees it; the scopes are its authorities. */
    private static Authentication authentication(Caller caller) {
        return new PreAuthenticatedAuthenticationToken(
                caller,
                "",
                AuthorityUtils.createAuthorityList(
                        caller.scopes().stream().map(Caller.Scope::word).toList()));
    }
}
