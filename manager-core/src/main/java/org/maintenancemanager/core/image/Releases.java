package org.maintenancemanager.core.image;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.image.UpdatePaths.Release;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads what the ways between releases are worked out from. */
@Component
public class Releases {
    private final JdbcClient jdbc;

    Releases(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The ways to an image of the tenant.
     *
     * @param counters release counters that nodes of the tenant may run, in no order
     */
    public record Ways(UpdatePaths paths, List<Long> counters) {
        /** How nodes have to go that cannot go there at once; nobody when {@link UpdatePaths#isPlain()}. */
        public List<Detour> detours() {
            List<Detour> detours = new ArrayList<>();
            if (paths.isPlain()) {
                return detours;
            }
            List<@Nullable String> kinds = new ArrayList<>(paths.hardware());
            kinds.add(null);
            List<@Nullable Long> sources = new ArrayList<>(counters);
            sources.add(null);
            for (@Nullable String kind : kinds) {
                for (@Nullable Long running : sources) {
                    UpdatePaths.Route route = paths.route(running, kind);
                    if (route.steps().size() != 1) {
                        detours.add(new Detour(kind, running, route));
                    }
                }
            }
            return detours;
        }
    }

    /**
     * @param hardware null: any that no release names
     * @param running null: unknown
     * @param route of several steps, or none
     */
    public record Detour(
            @Nullable String hardware, @Nullable Long running, UpdatePaths.Route route) {}

    /** @param target of the tenant */
    public Ways to(TenantId tenant, ImageId target) {
        List<Long> counters = jdbc.sql("""
                        select distinct i.release_counter
                        from image target
                        join image i on (i.tenant_id, i.family) = (target.tenant_id, target.family)
                        where target.tenant_id = :tenant and target.id = :target
                        """)
                .param("tenant", tenant.value())
                .param("target", target.value())
                .query(Long.class)
                .list();
        UpdatePaths paths = to(List.of(target.value())).get(target);
        if (paths == null) {
            throw new IllegalStateException("tenant %s has no image %s".formatted(tenant, target));
        }
        return new Ways(paths, counters);
    }

    /** The ways to these images, of whatever tenants are in reach; in one select. */
    public Map<ImageId, UpdatePaths> to(Collection<UUID> targets) {
        if (targets.isEmpty()) {
            return Map.of();
        }
        Map<ImageId, List<Release>> releases = new HashMap<>();
        jdbc.sql("""
                        select target.id as target_id, i.*
                        from image target
                        join image i
                            on (i.tenant_id, i.family, i.architecture)
                               = (target.tenant_id, target.family, target.architecture)
                        where target.id = any (:targets) and (i.state <> 'DRAFT' or i.id = target.id)
                        """).param("targets", targets.toArray(UUID[]::new)).query(row -> {
            releases.computeIfAbsent(new ImageId(row.getObject("target_id", UUID.class)), id -> new ArrayList<>())
                    .add(release(row));
        });
        Map<ImageId, UpdatePaths> paths = new HashMap<>();
        releases.forEach((id, all) -> all.stream()
                .filter(release -> release.image().id().equals(id))
                .findFirst()
                .ifPresent(target -> paths.put(id, UpdatePaths.to(target, all))));
        return paths;
    }

    private static Release release(ResultSet row) throws SQLException {
        String url = row.getString("url");
        String sha256 = row.getString("sha256");
        return new Release(
                new ImageFacts(
                        new ImageId(row.getObject("id", UUID.class)),
                        row.getString("family"),
                        row.getString("image_version"),
                        row.getLong("release_counter"),
                        row.getString("architecture"),
                        Set.of((String[]) row.getArray("hardware").getArray()),
                        row.getLong("size_bytes"),
                        sha256,
                        url != null ? url : "/node/v1/artifacts/" + sha256,
                        row.getString("signature_envelope"),
                        ImageState.valueOf(row.getString("state"))),
                rules(row));
    }

    static PathRules rules(ResultSet row) throws SQLException {
        return rules(
                row.getObject("path_floor", Long.class),
                row.getBoolean("path_barrier"),
                List.of((Long[]) row.getArray("path_forbidden_from").getArray()),
                List.of((Long[]) row.getArray("path_forbidden_upto").getArray()),
                List.of((String[]) row.getArray("path_forbidden_reasons").getArray()));
    }

    static PathRules rules(
            @Nullable Long floor, boolean barrier, List<Long> from, List<Long> upTo, List<String> reasons) {
        List<PathRules.Forbidden> forbidden = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            forbidden.add(new PathRules.Forbidden(from.get(i), upTo.get(i), reasons.get(i)));
        }
        return new PathRules(floor, barrier, forbidden);
    }
}
