package org.maintenancemanager.web.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.access.Permission;
import org.maintenancemanager.core.access.Role;
import org.maintenancemanager.core.access.SiteObjects;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/**
 * Every call that the server knows, against everybody who could make it: each role, in the whole tenant and at a site,
 * other tenants, nodes, nobody; on objects at one's own site, at another one, and of another tenant. What comes out is
 * compared with docs/access.md.
 */
@NullMarked
class AccessMatrixTest {
    private static final Path PAGE = Path.of("../docs/access.md");

    private final ManagerUnderTest manager = ManagerUnderTest.shared();
    private final String ownSite = "/matrix-" + UUID.randomUUID();
    private final Place own = place(TenantId.DEFAULT.value(), ownSite);
    private final Place below = place(TenantId.DEFAULT.value(), ownSite + "/hall");
    private final Place namesake = place(TenantId.DEFAULT.value(), ownSite + "-2");

    /** Where objects lie, and one of each kind. */
    private record Place(UUID tenant, Map<SiteObjects.Kind, UUID> objects) {}

    /** Every mapping of the server, also of classes that this test has never heard of. */
    private Set<String> served() {
        Set<String> calls = new TreeSet<>();
        Stream.of(manager.context(), manager.managementContext())
                .flatMap(context -> context.getBeansOfType(RequestMappingInfoHandlerMapping.class).values().stream())
                .forEach(mapping -> mapping.getHandlerMethods().keySet().forEach(info -> {
                    for (String path : info.getPatternValues()) {
                        Set<RequestMethod> methods = info.getMethodsCondition().getMethods();
                        if (methods.isEmpty()) {
                            calls.add("GET " + path);
                        }
                        methods.forEach(method -> calls.add(method + " " + path));
                    }
                }));
        calls.remove("GET /actuator"); // the list of the actuator's links, closed by its chain
        return calls;
    }

    @Test
    void everyCallIsListed() {
        Set<String> listed = AccessRules.all().stream().map(AccessRule::call).collect(Collectors.toSet());

        assertThat(served())
                .as(
                        "a new endpoint is closed to everybody until its line stands in"
                                + " org.maintenancemanager.web.security.AccessRules: METHOD, path, permission,"
                                + " and whether the permission must hold in the whole tenant, at the object's site, or anywhere")
                .isSubsetOf(listed);
        assertThat(listed).as("AccessRules lists calls that are gone").isSubsetOf(served());
    }

    @Test
    void everyCallIsOpenToThoseOfThePageAndToNobodyElse() throws IOException {
        Map<Role, String> everywhere = new EnumMap<>(Role.class);
        Map<Role, String> atASite = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            everywhere.put(role, token(TenantId.DEFAULT.value(), role, null));
            atASite.put(role, token(TenantId.DEFAULT.value(), role, ownSite));
        }
        String without = token(TenantId.DEFAULT.value(), null, null);
        String ofANode = manager.newNode("node-" + UUID.randomUUID()).token();

        Map<String, String> page = page();
        for (AccessRule rule : AccessRules.all()) {
            if (rule.bound() == AccessRule.Bound.OPEN || rule.path().startsWith("/console/")) {
                continue; // no credential, or a session: ConsoleSessionTest
            }
            assertThat(status(rule, own, null)).as("nobody: %s", rule.call()).isEqualTo(401);
            assertThat(status(rule, own, ofANode)).as("a node: %s", rule.call()).isEqualTo(401);
            assertThat(isLetIn(rule, own, without))
                    .as("a token with no role: %s", rule.call())
                    .isEqualTo(rule.permission() == null);
            String all = Arrays.stream(Role.values()).map(Role::word).collect(Collectors.joining(", "));
            String wanted =
                    rule.permission() == null ? all : page.get(rule.permission().word());
            assertThat(roles(rule, everywhere)).as(rule.call()).isEqualTo(wanted);
            assertThat(roles(rule, atASite))
                    .as("at a site: %s", rule.call())
                    .isEqualTo(rule.bound() == AccessRule.Bound.TENANT ? "" : wanted);
        }
    }

    /** The roles of each permission, as docs/access.md has them. */
    private static Map<String, String> page() throws IOException {
        Map<String, String> roles = new TreeMap<>();
        try (var lines = Files.lines(PAGE)) {
            lines.map(line -> line.split("\\|"))
                    .filter(cells -> cells.length >= 4 && cells[1].contains("`"))
                    .forEach(cells -> roles.put(cells[1].strip().replace("`", ""), cells[3].strip()));
        }
        assertThat(roles.keySet())
                .as("docs/access.md lists each permission")
                .containsExactlyInAnyOrder(
                        Arrays.stream(Permission.values()).map(Permission::word).toArray(String[]::new));
        return roles;
    }

    private String roles(AccessRule rule, Map<Role, String> tokens) {
        return Arrays.stream(Role.values())
                .filter(role -> isLetIn(rule, own, tokens.get(role)))
                .map(Role::word)
                .collect(Collectors.joining(", "));
    }

    @Test
    void aRoleAtASiteOpensItsObjectsAndThoseBelowAndNoOthers() {
        Place foreign = place(otherTenant(), ownSite);
        for (AccessRule rule : AccessRules.all()) {
            if (rule.object() == null) {
                continue;
            }
            for (Role role : Role.values()) {
                String token = token(TenantId.DEFAULT.value(), role, ownSite);
                boolean permitted = role.permissions().contains(rule.permission());
                String name = role.word() + ": " + rule.call();
                assertThat(isLetIn(rule, own, token)).as(name).isEqualTo(permitted);
                assertThat(isLetIn(rule, below, token)).as(name + " below").isEqualTo(permitted);
                assertThat(isLetIn(rule, namesake, token))
                        .as(name + " elsewhere")
                        .isFalse();
                assertThat(isLetIn(rule, foreign, token)).as(name + " abroad").isFalse();
            }
        }
    }

    @Test
    void nobodyReachesAnotherTenantsObjects() {
        UUID other = otherTenant();
        String token = token(other, Role.FLEET_ADMIN, null);
        for (AccessRule rule : AccessRules.all()) {
            if (rule.object() != null && rule.permission() != null && isHeld(Role.FLEET_ADMIN, rule.permission())) {
                assertThat(status(rule, own, token)).as(rule.call()).isEqualTo(404);
            }
        }
    }

    @Test
    void listsShowTheOwnSitesOnly() throws Exception {
        String token = token(TenantId.DEFAULT.value(), Role.VIEWER, ownSite);
        for (AccessRule rule : AccessRules.all()) {
            if (rule.bound() != AccessRule.Bound.SITES
                    || !rule.method().equals("GET")
                    || rule.path().contains("{")) {
                continue;
            }
            HttpResponse<String> answer = manager.send(manager.request(rule.path() + "?limit=1000")
                    .header("Authorization", "Bearer " + token)
                    .GET());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            Set<String> strangers = foreignIdsIn(answer.body());
            assertThat(strangers)
                    .as("%s shows what lies elsewhere", rule.call())
                    .isEmpty();
        }
        assertThat(manager.send(manager.request("/api/v1/nodes")
                                .header("Authorization", "Bearer " + token)
                                .GET())
                        .body())
                .contains(
                        String.valueOf(own.objects().get(SiteObjects.Kind.NODE)),
                        String.valueOf(below.objects().get(SiteObjects.Kind.NODE)));
    }

    private Set<String> foreignIdsIn(String body) {
        return namesake.objects().values().stream()
                .map(UUID::toString)
                .filter(body::contains)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void oneObjectElsewhereRefusesTheWholeCall() {
        String token = token(TenantId.DEFAULT.value(), Role.FLEET_ADMIN, ownSite);
        String name = "bulk-" + UUID.randomUUID();

        HttpResponse<String> answer = manager.send(manager.request("/api/v1/nodes")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("""
                        [{"name": "%1$s-1", "site": "%2$s", "architecture": "x86_64"},
                         {"name": "%1$s-2", "site": "%2$s-2", "architecture": "x86_64"}]
                        """.formatted(name, ownSite))));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("/1/site").doesNotContain("/0/site");
        assertThat(manager.jdbc()
                        .sql("select count(*) from node where name like :name")
                        .param("name", name + "%")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void aNodeIsNotMovedToWhereTheCallerMayNothing() {
        String token = token(TenantId.DEFAULT.value(), Role.FLEET_ADMIN, ownSite);
        UUID node = below.objects().get(SiteObjects.Kind.NODE);

        HttpResponse<String> answer = manager.send(manager.request("/api/v1/nodes/" + node)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("If-Match", "\"0\"")
                .method("PATCH", BodyPublishers.ofString("{\"site\": \"%s-2\"}".formatted(ownSite))));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("/site");
    }

    @Test
    void permissionsAtDifferentSitesNeverAddUp() {
        UUID id = UUID.randomUUID();
        String token = issue(TenantId.DEFAULT.value(), id);
        grant(TenantId.DEFAULT.value(), id, Role.VIEWER, ownSite);
        grant(TenantId.DEFAULT.value(), id, Role.OPERATOR, ownSite + "-2");
        AccessRule release =
                AccessRules.of("POST", "/api/v1/nodes/{id}:release").orElseThrow();

        assertThat(isLetIn(release, own, token)).isFalse();
        assertThat(isLetIn(release, namesake, token)).isTrue();
    }

    @Test
    void nobodyWhoMakesPeopleMayStartCampaigns() {
        for (Role role : Role.values()) {
            boolean letsIn = isHeld(role, Permission.PERSON_MANAGE)
                    || isHeld(role, Permission.API_TOKEN_MANAGE)
                    || isHeld(role, Permission.TENANT_ADMINISTER);
            boolean starts = isHeld(role, Permission.CAMPAIGN_RUN) || isHeld(role, Permission.CAMPAIGN_APPROVE);
            assertThat(letsIn && starts).as(role.word()).isFalse();
        }
    }

    private static boolean isHeld(Role role, Permission permission) {
        return role.permissions().contains(permission);
    }

    // ---- gRPC ----

    @Test
    void everyMethodByGrpcIsListedAndOpenToItsCallersOnly() throws InterruptedException {
        Map<String, MethodDescriptor.MethodType> served = new TreeMap<>();
        manager.context()
                .getBeansOfType(BindableService.class)
                .values()
                .forEach(service -> service.bindService().getMethods().stream()
                        .map(ServerMethodDefinition::getMethodDescriptor)
                        .forEach(method -> served.put(method.getFullMethodName(), method.getType())));
        assertThat(served.keySet())
                .as("a new gRPC method needs a line in org.maintenancemanager.web.security.AccessRules.GRPC")
                .isSubsetOf(AccessRules.grpc().keySet());

        String ofANode = manager.newNode("node-" + UUID.randomUUID()).token();
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", manager.grpcPort())
                .usePlaintext()
                .build();
        try {
            served.forEach((method, type) -> {
                if (type != MethodDescriptor.MethodType.UNARY) {
                    return; // health's Watch, which is open
                }
                boolean open = AccessRules.grpc().get(method) == AccessRules.GrpcCaller.OPEN;
                assertThat(isUnknown(channel, method, null)).as(method).isEqualTo(!open);
                assertThat(isUnknown(channel, method, manager.apiToken()))
                        .as(method)
                        .isEqualTo(!open);
                assertThat(isUnknown(channel, method, ofANode)).as(method).isFalse();
            });
        } finally {
            channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private static boolean isUnknown(ManagedChannel channel, String method, @Nullable String token) {
        var headers = new Metadata();
        if (token != null) {
            headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        }
        var call = MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(method)
                .build();
        try {
            ClientCalls.blockingUnaryCall(
                    io.grpc.ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
                    call,
                    CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                    new byte[0]);
            return false;
        } catch (StatusRuntimeException failure) {
            // An empty enrollment is refused because of what it holds, not because of who calls.
            return failure.getStatus().getCode() == Status.Code.UNAUTHENTICATED;
        }
    }

    /** Messages as they are on the wire. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    // ---- calls ----

    private boolean isLetIn(AccessRule rule, Place place, @Nullable String token) {
        HttpResponse<String> answer = call(rule, place, token);
        boolean hidden = answer.statusCode() == 404 && !answer.body().contains("\"detail\"");
        return answer.statusCode() != 401 && answer.statusCode() != 403 && !hidden;
    }

    private int status(AccessRule rule, Place place, @Nullable String token) {
        return call(rule, place, token).statusCode();
    }

    /** The call on the place's object, with nothing to do: an empty body, and an ETag that nothing has. */
    private HttpResponse<String> call(AccessRule rule, Place place, @Nullable String token) {
        UUID object =
                rule.object() == null ? UUID.randomUUID() : place.objects().get(rule.object());
        String path = rule.path()
                .replaceFirst("\\{[a-z]+}", String.valueOf(object))
                .replaceAll("\\{[a-z]+}", UUID.randomUUID().toString());
        var request = manager.request(path)
                .method(
                        rule.method(),
                        rule.method().equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString("{}"))
                .header("Content-Type", "application/json")
                .header("If-Match", "\"999999\"");
        HttpResponse<String> answer =
                manager.send(token == null ? request : request.header("Authorization", "Bearer " + token));
        assertThat(answer.statusCode()).as("%s: %s", rule.call(), answer.body()).isNotEqualTo(500);
        return answer;
    }

    // ---- who and what ----

    private UUID otherTenant() {
        UUID id = UUID.randomUUID();
        manager.jdbc()
                .sql("insert into tenant (id, name) values (:id, :name)")
                .param("id", id)
                .param("name", "t-" + id)
                .update();
        return id;
    }

    private String token(UUID tenant, @Nullable Role role, @Nullable String site) {
        UUID id = UUID.randomUUID();
        String token = issue(tenant, id);
        if (role != null) {
            grant(tenant, id, role, site);
        }
        return token;
    }

    private String issue(UUID tenant, UUID id) {
        var token = new Token(Token.Kind.API, id, Token.generate(Token.Kind.API).secret());
        manager.jdbc()
                .sql("""
                        insert into api_token (tenant_id, id, name, secret_sha256, scopes, expires_at, restricted)
                        values (:tenant, :id, 'matrix', :sha256, '{read,write}', now() + interval '1 hour', true)
                        """)
                .param("tenant", tenant)
                .param("id", id)
                .param("sha256", token.sha256())
                .update();
        return token.text();
    }

    private void grant(UUID tenant, UUID token, Role role, @Nullable String site) {
        manager.jdbc()
                .sql("""
                        insert into access_grant (tenant_id, api_token_id, role, site_id)
                        values (:tenant, :token, :role,
                                (select id from site where tenant_id = :tenant and path = cast(:site as text)))
                        """)
                .param("tenant", tenant)
                .param("token", token)
                .param("role", role.word())
                .param("site", site)
                .update();
    }

    private Place place(UUID tenant, String path) {
        Map<SiteObjects.Kind, UUID> objects = new EnumMap<>(SiteObjects.Kind.class);
        for (SiteObjects.Kind kind : SiteObjects.Kind.values()) {
            objects.put(kind, UUID.randomUUID());
        }
        String name = "matrix-" + UUID.randomUUID();
        UUID image = UUID.randomUUID();
        UUID campaign = UUID.randomUUID();
        Map<String, Object> all = new TreeMap<>(
                Map.of("tenant", tenant, "path", path, "name", name, "image", image, "campaign", campaign));
        objects.forEach((kind, id) -> all.put(kind.name(), id));
        for (String sql : List.of(
                "insert into site (tenant_id, id, path, name, zone) values (:tenant, :SITE, :path, :path, 'UTC')",
                """
                insert into node (tenant_id, id, name, site_id, architecture)
                values (:tenant, :NODE, :name, :SITE, 'x86_64')""",
                """
                insert into image (tenant_id, id, family, image_version, release_counter, architecture, sha256)
                values (:tenant, :image, :name, '1', 1, 'x86_64', repeat('0', 64))""",
                """
                insert into enrollment_token (tenant_id, id, name, secret_sha256, site_id, max_uses, expires_at)
                values (:tenant, :ENROLLMENT_TOKEN, :name, decode(repeat('00', 32), 'hex'), :SITE, 1,
                        now() + interval '1 hour')""",
                """
                insert into budget (tenant_id, id, name, site_id, max_in_flight)
                values (:tenant, :BUDGET, :name, :SITE, 1)""",
                """
                insert into campaign (tenant_id, id, name, image_id, state, all_nodes, max_in_flight)
                values (:tenant, :campaign, :name, :image, 'ABORTED', true, 1)""",
                """
                insert into node_update (tenant_id, id, node_id, campaign_id, wave, image_id, state)
                values (:tenant, :NODE_UPDATE, :NODE, :campaign, 0, :image, 'CANCELED')""",
                """
                insert into permit (tenant_id, id, campaign_id, node_id, update_id, wave, granted_at, valid_until,
                                    lost_at, window_end, ended_at, outcome)
                values (:tenant, :PERMIT, :campaign, :NODE, :NODE_UPDATE, 0, now(), now(), now(), now(), now(),
                        'CANCELED')""")) {
            manager.jdbc().sql(sql).params(all).update();
        }
        return new Place(tenant, objects);
    }
}
