package org.maintenancemanager.testing;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A tenant with a site, images, a window, and nodes that have credentials: written as rows, as other parts would leave it. */
public record TestFleet(TestTenant tenant, UUID site, List<Member> nodes) {
    /** A node with its token. */
    public record Member(UUID id, Token token) {}

    /** With a window that is open for the next day, in UTC. */
    public static TestFleet create(JdbcClient jdbc, int nodes) {
        TestFleet fleet = withoutWindow(jdbc, nodes);
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        fleet.window("PERMIT", now.minusHours(1), now.plusHours(24));
        return fleet;
    }

    public static TestFleet withoutWindow(JdbcClient jdbc, int nodes) {
        TestTenant tenant = TestTenant.create(jdbc);
        UUID site = tenant.site("/eu/berlin", "Europe/Berlin");
        List<Member> members = IntStream.range(0, nodes)
                .mapToObj(i -> member(tenant, site, "node-" + i))
                .toList();
        return new TestFleet(tenant, site, members);
    }

    private static Member member(TestTenant tenant, UUID site, String name) {
        UUID node = tenant.node(name, site);
        Token token = Token.generate(Token.Kind.NODE);
        tenant.jdbc()
                .sql("""
                        with session as (
                            insert into node_session (tenant_id, node_id) values (:tenant, :node)
                        )
                        insert into credential (tenant_id, id, node_id, secret_sha256)
                        values (:tenant, :credential, :node, :secret)
                        """)
                .param("tenant", tenant.id().value())
                .param("node", node)
                .param("credential", token.id())
                .param("secret", token.sha256())
                .update();
        return new Member(node, token);
    }

    /** A one-shot for the whole tenant. */
    public void window(String kind, LocalDateTime start, LocalDateTime end) {
        tenant.jdbc()
                .sql("""
                        with changed as (
                            update tenant set window_version = window_version + 1 where id = :tenant
                        )
                        insert into maintenance_window
                            (tenant_id, id, name, kind, recurrence, starts_at, ends_at, zone, target)
                        values (:tenant, :id, :name, :kind, 'ONE_SHOT', :start, :end, 'UTC', 'TENANT')
                        """)
                .param("tenant", tenant.id().value())
                .param("id", Ids.next())
                .param("name", kind + " " + start)
                .param("kind", kind)
                .param("start", start)
                .param("end", end)
                .update();
    }

    /** A published image for x86_64. */
    public UUID image(String version, long releaseCounter) {
        UUID image = Ids.next();
        tenant.jdbc()
                .sql("""
                        insert into image (tenant_id, id, family, image_version, release_counter, architecture,
                                           size_bytes, sha256, url, state)
                        values (:tenant, :id, 'edge', :version, :counter, 'x86_64', 1000, :digest,
                                'https://images.example.com/edge.raw', 'PUBLISHED')
                        """)
                .param("tenant", tenant.id().value())
                .param("id", image)
                .param("version", version)
                .param("counter", releaseCounter)
                .param("digest", digest(image))
                .update();
        return image;
    }

    /** What the digest of an image made by {@link #image} is. */
    public static String digest(UUID image) {
        return image.toString().replace("-", "").repeat(2);
    }

    /** Makes a node run an image in slot A. */
    public void runs(UUID node, UUID image) {
        tenant.jdbc()
                .sql("""
                        insert into node_slot (tenant_id, node_id, slot, state, image_sha256)
                        values (:tenant, :node, 'A', 'ACTIVE', :digest)
                        """)
                .param("tenant", tenant.id().value())
                .param("node", node)
                .param("digest", digest(image))
                .update();
    }
}
