package org.maintenancemanager.simulate;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.maintenancemanager.testing.Invariants;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The invariants of the domain as queries of the tables, and windows, written a second time, for each permit. */
final class TableWatch extends Watch {
    /** The queries look back over all that happened, so they need not be asked after each step. */
    private static final int EVERY = 250;

    private final Services services;
    private final JdbcClient jdbc;
    private final Map<UUID, Long> versions = new HashMap<>();
    private int steps;

    TableWatch(Script script, Services services, JdbcClient jdbc) {
        super(script, new Model(script));
        this.services = services;
        this.jdbc = jdbc;
    }

    @Override
    void answered(int node, Manager.Reply reply) {}

    @Override
    void before(Script.Act act) {}

    @Override
    void after(Script.Act act, boolean done) {}

    @Override
    void check(Instant now) {
        if (++steps % EVERY == 0) {
            checkTables();
        }
    }

    void checkTables() {
        Map<String, ?> broken = Invariants.broken(jdbc, services.tenant().id());
        if (!broken.isEmpty()) {
            jdbc.sql(
                            "select n.name, c.name as campaign, c.priority, u.attempt, u.state, u.queued, u.active, u.code, u.state_since, u.created_at from node_update u join node n on n.id = u.node_id join campaign c on c.id = u.campaign_id where u.tenant_id = :t order by 1, u.created_at")
                    .param("t", services.tenant().id().value())
                    .query()
                    .listOfRows()
                    .forEach(System.out::println);
            jdbc.sql("select at, action, after::text from audit_event where tenant_id = :t order by at, id")
                    .param("t", services.tenant().id().value())
                    .query()
                    .listOfRows()
                    .forEach(x -> System.out.println(
                            x.toString().substring(0, Math.min(200, x.toString().length()))));
        }
        require(broken.isEmpty(), "on PostgreSQL", broken);
        permits();
        versions();
    }

    private void permits() {
        record Granted(String node, Instant at, Instant until, boolean leave) {}
        List<Granted> permits = jdbc.sql("""
                        select n.name, p.granted_at, p.valid_until,
                               exists (select from audit_event e
                                       where e.tenant_id = p.tenant_id and e.object_id = p.campaign_id::text
                                         and e.action = 'campaign.windows-overridden') as leave
                        from permit p join node n on (n.tenant_id, n.id) = (p.tenant_id, p.node_id)
                        where p.tenant_id = :tenant
                        """)
                .param("tenant", services.tenant().id().value())
                .query((row, number) -> new Granted(
                        row.getString("name"),
                        row.getTimestamp("granted_at").toInstant(),
                        row.getTimestamp("valid_until").toInstant(),
                        row.getBoolean("leave")))
                .list();
        for (Granted permit : permits) {
            int node = Integer.parseInt(permit.node.substring("node-".length()));
            require(
                    permit.leave
                            || isOpen(node, permit.at)
                                    && isOpen(
                                            node,
                                            permit.until.plus(Script.GUARD_TIME).minusMillis(1)),
                    "I3 a permit lies in a window, and ends before it by the guard time",
                    permit);
        }
    }

    private void versions() {
        jdbc.sql("""
                        select node_id, max(assignment_version) as version from node_update
                        where tenant_id = :tenant group by node_id
                        """)
                .param("tenant", services.tenant().id().value())
                .query((row, number) -> {
                    Long before = versions.put(row.getObject("node_id", UUID.class), row.getLong("version"));
                    require(
                            before == null || before <= row.getLong("version"),
                            "I11 the assignment version only grows",
                            row.getObject("node_id"));
                    return number;
                })
                .list();
    }
}
