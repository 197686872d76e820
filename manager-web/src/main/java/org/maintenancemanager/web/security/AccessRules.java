package org.maintenancemanager.web.security;

import static org.maintenancemanager.core.access.Permission.API_TOKEN_MANAGE;
import static org.maintenancemanager.core.access.Permission.AUDIT_READ;
import static org.maintenancemanager.core.access.Permission.BUDGET_MANAGE;
import static org.maintenancemanager.core.access.Permission.CAMPAIGN_APPROVE;
import static org.maintenancemanager.core.access.Permission.CAMPAIGN_MANAGE;
import static org.maintenancemanager.core.access.Permission.CAMPAIGN_PAUSE;
import static org.maintenancemanager.core.access.Permission.CAMPAIGN_RUN;
import static org.maintenancemanager.core.access.Permission.CREDENTIAL_MANAGE;
import static org.maintenancemanager.core.access.Permission.FLEET_READ;
import static org.maintenancemanager.core.access.Permission.IMAGE_MANAGE;
import static org.maintenancemanager.core.access.Permission.METRICS_READ;
import static org.maintenancemanager.core.access.Permission.NODE_MANAGE;
import static org.maintenancemanager.core.access.Permission.NODE_OPERATE;
import static org.maintenancemanager.core.access.Permission.PERSON_MANAGE;
import static org.maintenancemanager.core.access.Permission.PERSON_READ;
import static org.maintenancemanager.core.access.Permission.SITE_MANAGE;
import static org.maintenancemanager.core.access.Permission.TENANT_ADMINISTER;
import static org.maintenancemanager.core.access.Permission.TENANT_MANAGE;
import static org.maintenancemanager.core.access.Permission.WINDOW_MANAGE;
import static org.maintenancemanager.core.access.SiteObjects.Kind.BUDGET;
import static org.maintenancemanager.core.access.SiteObjects.Kind.ENROLLMENT_TOKEN;
import static org.maintenancemanager.core.access.SiteObjects.Kind.NODE;
import static org.maintenancemanager.core.access.SiteObjects.Kind.NODE_UPDATE;
import static org.maintenancemanager.core.access.SiteObjects.Kind.PERMIT;
import static org.maintenancemanager.core.access.SiteObjects.Kind.SITE;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.maintenancemanager.core.access.Permission;
import org.maintenancemanager.core.access.SiteObjects;
import org.maintenancemanager.web.security.AccessRule.Bound;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * What each call by HTTP needs: the one list, read by whoever lets calls in and by the test of all of them. A handler that
 * is not here is closed to everybody.
 *
 * <p>Which to choose for a new one: {@link #tenant} if in doubt. {@link #sites} if the object lies at a site; then the list
 * behind it declares its site ({@code ListQuery.Builder.site}), and whoever creates such an object asks
 * {@code CallContext.reach()}. {@link #anywhere} for reading what belongs to no site.
 */
public final class AccessRules {
    private static final List<AccessRule> ALL = Stream.of(
                    // nodes and their places
                    sites("GET", "/api/v1/sites", FLEET_READ),
                    sites("GET", "/api/v1/sites/{id}", FLEET_READ, SITE),
                    sites("POST", "/api/v1/sites", SITE_MANAGE),
                    sites("PATCH", "/api/v1/sites/{id}", SITE_MANAGE, SITE),
                    sites("DELETE", "/api/v1/sites/{id}", SITE_MANAGE, SITE),
                    sites("GET", "/api/v1/nodes", FLEET_READ),
                    sites("GET", "/api/v1/nodes/{id}", FLEET_READ, NODE),
                    sites("POST", "/api/v1/nodes", NODE_MANAGE),
                    sites("PATCH", "/api/v1/nodes/{id}", NODE_MANAGE, NODE),
                    sites("DELETE", "/api/v1/nodes/{id}", NODE_MANAGE, NODE),
                    sites("POST", "/api/v1/nodes/{id}:approve", NODE_OPERATE, NODE),
                    sites("POST", "/api/v1/nodes/{id}:deny", NODE_OPERATE, NODE),
                    sites("POST", "/api/v1/nodes/{id}:quarantine", NODE_OPERATE, NODE),
                    sites("POST", "/api/v1/nodes/{id}:release", NODE_OPERATE, NODE),
                    sites("POST", "/api/v1/nodes/{id}:decommission", NODE_MANAGE, NODE),
                    sites("GET", "/api/v1/nodes/{id}/blocks", FLEET_READ, NODE),
                    sites("DELETE", "/api/v1/nodes/{id}/blocks", NODE_OPERATE, NODE),
                    sites("GET", "/api/v1/nodes/{id}/explanation", FLEET_READ, NODE),
                    sites("GET", "/api/v1/nodes/{id}/windows", FLEET_READ, NODE),
                    sites("GET", "/api/v1/nodes/{id}/missed-windows", FLEET_READ, NODE),
                    sites("GET", "/api/v1/nodes/{node}/credentials", FLEET_READ, NODE),
                    sites("POST", "/api/v1/nodes/{node}/credentials", CREDENTIAL_MANAGE, NODE),
                    sites("DELETE", "/api/v1/nodes/{node}/credentials/{id}", CREDENTIAL_MANAGE, NODE),
                    sites("GET", "/api/v1/nodes/{node}/client", FLEET_READ, NODE),
                    sites("PATCH", "/api/v1/nodes/{node}/client", NODE_MANAGE, NODE),
                    sites("GET", "/api/v1/nodes/{node}/client/tokens", FLEET_READ, NODE),
                    sites("POST", "/api/v1/nodes/{node}/client/tokens", CREDENTIAL_MANAGE, NODE),
                    sites("DELETE", "/api/v1/nodes/{node}/client/tokens/{id}", CREDENTIAL_MANAGE, NODE),
                    // Of sites, nodes, images and windows alike, in the whole tenant.
                    tenant("POST", "/api/v1/import/emf", TENANT_MANAGE),
                    tenant("GET", "/api/v1/ddi-gateway", FLEET_READ),
                    tenant("PUT", "/api/v1/ddi-gateway", CREDENTIAL_MANAGE),
                    tenant("DELETE", "/api/v1/ddi-gateway", CREDENTIAL_MANAGE),
                    tenant("POST", "/api/v1/ddi-gateway:rotate", CREDENTIAL_MANAGE),
                    sites("GET", "/api/v1/enrollment-tokens", FLEET_READ),
                    sites("GET", "/api/v1/enrollment-tokens/{id}", FLEET_READ, ENROLLMENT_TOKEN),
                    sites("POST", "/api/v1/enrollment-tokens", CREDENTIAL_MANAGE),
                    sites("DELETE", "/api/v1/enrollment-tokens/{id}", CREDENTIAL_MANAGE, ENROLLMENT_TOKEN),
                    anywhere("GET", "/api/v1/hardware", FLEET_READ),
                    sites("GET", "/api/v1/overview", FLEET_READ),
                    sites("GET", "/api/v1/nodes:count", FLEET_READ),
                    anywhere("GET", "/api/v1/events", FLEET_READ),
                    // what became of them
                    sites("GET", "/api/v1/node-updates", FLEET_READ),
                    sites("GET", "/api/v1/node-updates/{id}", FLEET_READ, NODE_UPDATE),
                    sites("GET", "/api/v1/transitions", FLEET_READ),
                    sites("GET", "/api/v1/reports", FLEET_READ),
                    sites("GET", "/api/v1/permits", FLEET_READ),
                    sites("GET", "/api/v1/permits/{id}", FLEET_READ, PERMIT),
                    tenant("GET", "/api/v1/outbox-events", FLEET_READ),
                    tenant("GET", "/api/v1/outbox-events/{id}", FLEET_READ),
                    // images
                    anywhere("GET", "/api/v1/images", FLEET_READ),
                    anywhere("GET", "/api/v1/images/{id}", FLEET_READ),
                    tenant("POST", "/api/v1/images", IMAGE_MANAGE),
                    tenant("POST", "/api/v1/images:upload", IMAGE_MANAGE),
                    tenant("PUT", "/api/v1/images/{id}/artifact", IMAGE_MANAGE),
                    tenant("PATCH", "/api/v1/images/{id}", IMAGE_MANAGE),
                    tenant("POST", "/api/v1/images/{id}:publish", IMAGE_MANAGE),
                    tenant("POST", "/api/v1/images/{id}:withdraw", IMAGE_MANAGE),
                    tenant("DELETE", "/api/v1/images/{id}", IMAGE_MANAGE),
                    anywhere("GET", "/api/v1/channels", FLEET_READ),
                    anywhere("GET", "/api/v1/channels/{id}", FLEET_READ),
                    tenant("POST", "/api/v1/channels", IMAGE_MANAGE),
                    tenant("PATCH", "/api/v1/channels/{id}", IMAGE_MANAGE),
                    tenant("POST", "/api/v1/channels/{id}:promote", IMAGE_MANAGE),
                    tenant("DELETE", "/api/v1/channels/{id}", IMAGE_MANAGE),
                    // when and how many
                    tenant("GET", "/api/v1/windows", FLEET_READ),
                    tenant("GET", "/api/v1/windows/{id}", FLEET_READ),
                    tenant("POST", "/api/v1/windows", WINDOW_MANAGE),
                    tenant("POST", "/api/v1/windows:preview", FLEET_READ),
                    tenant("POST", "/api/v1/windows:lint", FLEET_READ),
                    tenant("PATCH", "/api/v1/windows/{id}", WINDOW_MANAGE),
                    tenant("DELETE", "/api/v1/windows/{id}", WINDOW_MANAGE),
                    tenant("GET", "/api/v1/windows/coverage", FLEET_READ),
                    sites("GET", "/api/v1/windows/openings", FLEET_READ),
                    sites("GET", "/api/v1/windows/openings/nodes", FLEET_READ),
                    tenant("GET", "/api/v1/calendars", FLEET_READ),
                    tenant("GET", "/api/v1/calendars/{id}", FLEET_READ),
                    tenant("POST", "/api/v1/calendars", WINDOW_MANAGE),
                    tenant("PATCH", "/api/v1/calendars/{id}", WINDOW_MANAGE),
                    tenant("DELETE", "/api/v1/calendars/{id}", WINDOW_MANAGE),
                    tenant("PUT", "/api/v1/calendars/{id}/content", WINDOW_MANAGE),
                    tenant("GET", "/api/v1/calendars/{id}/content", FLEET_READ),
                    tenant("POST", "/api/v1/calendars/{id}:refresh", WINDOW_MANAGE),
                    tenant("GET", "/api/v1/calendar-feeds", FLEET_READ),
                    tenant("POST", "/api/v1/calendar-feeds", WINDOW_MANAGE),
                    tenant("DELETE", "/api/v1/calendar-feeds/{id}", WINDOW_MANAGE),
                    open("GET", "/calendars/feed/{token}.ics"),
                    sites("GET", "/api/v1/budgets", FLEET_READ),
                    sites("GET", "/api/v1/budgets/{id}", FLEET_READ, BUDGET),
                    sites("POST", "/api/v1/budgets", BUDGET_MANAGE),
                    sites("PATCH", "/api/v1/budgets/{id}", BUDGET_MANAGE, BUDGET),
                    sites("DELETE", "/api/v1/budgets/{id}", BUDGET_MANAGE, BUDGET),
                    // campaigns
                    tenant("GET", "/api/v1/campaigns", FLEET_READ),
                    tenant("GET", "/api/v1/campaigns/{id}", FLEET_READ),
                    tenant("GET", "/api/v1/campaigns/{id}/waves", FLEET_READ),
                    tenant("GET", "/api/v1/campaigns/{id}/reasons", FLEET_READ),
                    tenant("GET", "/api/v1/campaigns/{id}/guard", FLEET_READ),
                    tenant("POST", "/api/v1/campaigns/{id}:hold-cohort", CAMPAIGN_PAUSE),
                    tenant("POST", "/api/v1/campaigns/{id}:release-cohort", CAMPAIGN_RUN),
                    tenant("GET", "/api/v1/campaigns/{id}/forecast", FLEET_READ),
                    tenant("GET", "/api/v1/campaigns/{id}/report", FLEET_READ),
                    tenant("GET", "/api/v1/reports/night", FLEET_READ),
                    // Says what would happen, and changes nothing.
                    tenant("POST", "/api/v1/campaigns:plan", FLEET_READ),
                    tenant("POST", "/api/v1/campaigns", CAMPAIGN_MANAGE),
                    tenant("PATCH", "/api/v1/campaigns/{id}", CAMPAIGN_MANAGE),
                    tenant("DELETE", "/api/v1/campaigns/{id}", CAMPAIGN_MANAGE),
                    tenant("POST", "/api/v1/campaigns/{id}:start", CAMPAIGN_RUN),
                    tenant("POST", "/api/v1/campaigns/{id}:pause", CAMPAIGN_PAUSE),
                    tenant("POST", "/api/v1/campaigns/{id}:resume", CAMPAIGN_RUN),
                    tenant("POST", "/api/v1/campaigns/{id}:abort", CAMPAIGN_RUN),
                    tenant("POST", "/api/v1/campaigns/{id}:overrideWindows", CAMPAIGN_RUN)
                            .fresh(true),
                    tenant("POST", "/api/v1/campaigns/{id}:clearOverride", CAMPAIGN_RUN),
                    tenant("POST", "/api/v1/campaigns/{id}:promote-wave", CAMPAIGN_RUN),
                    tenant("POST", "/api/v1/campaigns/{id}:skip-wave", CAMPAIGN_RUN),
                    tenant("POST", "/api/v1/campaigns/{id}:exclude", CAMPAIGN_RUN),
                    tenant("POST", "/api/v1/campaigns/{id}:retry-failed", CAMPAIGN_RUN),
                    tenant("POST", "/api/v1/campaigns/{id}:roll-back", CAMPAIGN_MANAGE),
                    tenant("POST", "/api/v1/campaigns/{id}:approve", CAMPAIGN_APPROVE),
                    tenant("POST", "/api/v1/campaigns/{id}:deny", CAMPAIGN_APPROVE),
                    // Each document is held to the rules of the calls that it stands for.
                    anywhere("PUT", "/api/v1/apply", FLEET_READ),
                    tenant("GET", "/api/v1/policies", FLEET_READ),
                    tenant("GET", "/api/v1/policies/{id}", FLEET_READ),
                    // What they make begins by itself.
                    tenant("POST", "/api/v1/policies", CAMPAIGN_RUN),
                    tenant("PATCH", "/api/v1/policies/{id}", CAMPAIGN_RUN),
                    tenant("DELETE", "/api/v1/policies/{id}", CAMPAIGN_RUN),
                    tenant("GET", "/api/v1/approval-rule", FLEET_READ),
                    tenant("PATCH", "/api/v1/approval-rule", TENANT_MANAGE).fresh(true),
                    // who may do what, and who did
                    anywhere("GET", "/api/v1/tenants", FLEET_READ),
                    anywhere("GET", "/api/v1/tenants/{id}", FLEET_READ),
                    tenant("PATCH", "/api/v1/tenants/{id}", TENANT_MANAGE),
                    tenant("GET", "/api/v1/managed-tenants", TENANT_ADMINISTER),
                    tenant("GET", "/api/v1/managed-tenants/{id}", TENANT_ADMINISTER),
                    tenant("POST", "/api/v1/managed-tenants", TENANT_ADMINISTER).fresh(true),
                    tenant("PUT", "/api/v1/managed-tenants/{id}/quotas", TENANT_ADMINISTER),
                    tenant("POST", "/api/v1/managed-tenants/{id}:suspend", TENANT_ADMINISTER)
                            .fresh(true),
                    tenant("POST", "/api/v1/managed-tenants/{id}:resume", TENANT_ADMINISTER),
                    tenant("POST", "/api/v1/managed-tenants/{id}:restore", TENANT_ADMINISTER),
                    tenant("DELETE", "/api/v1/managed-tenants/{id}", TENANT_ADMINISTER)
                            .fresh(true),
                    tenant("GET", "/api/v1/log-in-rule", PERSON_READ),
                    tenant("PATCH", "/api/v1/log-in-rule", PERSON_MANAGE).fresh(true),
                    tenant("GET", "/api/v1/people", PERSON_READ),
                    tenant("GET", "/api/v1/people/{id}", PERSON_READ),
                    tenant("POST", "/api/v1/people", PERSON_MANAGE).fresh(true),
                    tenant("PATCH", "/api/v1/people/{id}", PERSON_MANAGE).fresh(true),
                    tenant("DELETE", "/api/v1/people/{id}", PERSON_MANAGE).fresh(true),
                    tenant("POST", "/api/v1/people/{id}:resetPassword", PERSON_MANAGE)
                            .fresh(true),
                    tenant("GET", "/api/v1/sessions", PERSON_READ),
                    tenant("DELETE", "/api/v1/sessions/{id}", PERSON_MANAGE),
                    tenant("GET", "/api/v1/api-tokens", PERSON_READ),
                    tenant("GET", "/api/v1/api-tokens/{id}", PERSON_READ),
                    tenant("POST", "/api/v1/api-tokens", API_TOKEN_MANAGE).fresh(true),
                    tenant("DELETE", "/api/v1/api-tokens/{id}", API_TOKEN_MANAGE),
                    tenant("GET", "/api/v1/audit-events", AUDIT_READ),
                    tenant("GET", "/api/v1/audit-events/{id}", AUDIT_READ),
                    tenant("GET", "/api/v1/audit:verify", AUDIT_READ),
                    tenant("GET", "/api/v1/audit/export", AUDIT_READ),
                    tenant("GET", "/api/v1/audit/checkpoints", AUDIT_READ),
                    tenant("GET", "/api/v1/audit/keys", AUDIT_READ),
                    known("GET", "/api/openapi.yaml"),
                    // the console's pages and files, which tell nothing
                    open("GET", "/"),
                    open("GET", "/console"),
                    open("GET", "/console/{*path}"),
                    // oneself, in the console
                    open("POST", "/console/login"),
                    open("GET", "/console/login-providers"),
                    known("GET", "/console/session"),
                    known("DELETE", "/console/session"),
                    known("POST", "/console/session:reauthenticate"),
                    known("GET", "/console/sessions"),
                    known("DELETE", "/console/sessions/{id}").fresh(true),
                    known("PUT", "/console/password"),
                    known("POST", "/console/totp").fresh(true),
                    known("POST", "/console/totp:confirm").fresh(true),
                    known("DELETE", "/console/totp").fresh(true),
                    // operations
                    open("GET", "/livez"),
                    open("GET", "/readyz"),
                    open("GET", "/actuator/health"),
                    open("GET", "/actuator/health/**"),
                    tenant("GET", "/actuator/prometheus", METRICS_READ))
            .toList();

    /** Who may make a call by gRPC. */
    public enum GrpcCaller {
        /** The message brings its own credential, or the call tells nothing. */
        OPEN,
        /** A node, by its token. */
        NODE,
        /** An agent of another manager, by its token and the host that its message names; its service checks both. */
        AGENT
    }

    /** By the full name of the method. */
    private static final Map<String, GrpcCaller> GRPC = Map.of(
            "grpc.health.v1.Health/Check", GrpcCaller.OPEN,
            "grpc.health.v1.Health/List", GrpcCaller.OPEN,
            "grpc.health.v1.Health/Watch", GrpcCaller.OPEN,
            "maintenance.node.v1.NodeService/Enroll", GrpcCaller.OPEN,
            "maintenance.node.v1.NodeService/Poll", GrpcCaller.NODE,
            "maintenance.node.v1.NodeService/Renew", GrpcCaller.NODE,
            "maintenance.node.v1.NodeService/Report", GrpcCaller.NODE,
            "maintmgr.v1.MaintmgrService/PlatformUpdateStatus", GrpcCaller.AGENT);

    private static final Map<String, AccessRule> BY_CALL =
            ALL.stream().collect(Collectors.toUnmodifiableMap(AccessRule::call, Function.identity()));

    private static final Map<String, List<Pattern>> BY_METHOD = byMethod();

    private record Pattern(PathPattern path, AccessRule rule) {}

    private AccessRules() {}

    public static List<AccessRule> all() {
        return ALL;
    }

    public static Map<String, GrpcCaller> grpc() {
        return GRPC;
    }

    /** Whether no credential is asked for before the message is read; a method that is not listed needs one. */
    public static boolean isOpenByGrpc(String method) {
        GrpcCaller caller = GRPC.get(method);
        return caller == GrpcCaller.OPEN || caller == GrpcCaller.AGENT;
    }

    /** The rule of the handler with exactly this mapping. */
    static Optional<AccessRule> of(String method, String pattern) {
        return Optional.ofNullable(BY_CALL.get(method(method) + " " + pattern));
    }

    /** The rule of the most specific path that fits. */
    static Optional<AccessRule> matching(String method, String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        return BY_METHOD.getOrDefault(method(method), List.of()).stream()
                .filter(pattern -> pattern.path().matches(parsed))
                .map(Pattern::rule)
                .findFirst();
    }

    private static String method(String method) {
        return method.equals("HEAD") ? "GET" : method;
    }

    private static Map<String, List<Pattern>> byMethod() {
        Map<String, List<Pattern>> patterns = new HashMap<>();
        ALL.stream()
                .map(rule -> new Pattern(PathPatternParser.defaultInstance.parse(rule.path()), rule))
                .sorted(Comparator.comparing(Pattern::path, PathPattern.SPECIFICITY_COMPARATOR))
                .forEach(pattern -> patterns.computeIfAbsent(
                                pattern.rule().method(), absent -> new java.util.ArrayList<>())
                        .add(pattern));
        return patterns;
    }

    private static AccessRule tenant(String method, String path, Permission permission) {
        return new AccessRule(method, path, permission, Bound.TENANT, null, false);
    }

    private static AccessRule sites(String method, String path, Permission permission) {
        return new AccessRule(method, path, permission, Bound.SITES, null, false);
    }

    private static AccessRule sites(String method, String path, Permission permission, SiteObjects.Kind object) {
        return new AccessRule(method, path, permission, Bound.SITES, object, false);
    }

    private static AccessRule anywhere(String method, String path, Permission permission) {
        return new AccessRule(method, path, permission, Bound.ANYWHERE, null, false);
    }

    private static AccessRule known(String method, String path) {
        return new AccessRule(method, path, null, Bound.KNOWN, null, false);
    }

    private static AccessRule open(String method, String path) {
        return new AccessRule(method, path, null, Bound.OPEN, null, false);
    }
}
