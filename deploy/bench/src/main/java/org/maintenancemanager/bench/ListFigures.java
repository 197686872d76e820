package org.maintenancemanager.bench;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What people look at, over a million nodes: pages of lists, without a filter and with those that are asked for often, first
 * pages and pages in the middle; how many match; the overview. The nodes are copied by SQL: who enrolled them does not matter
 * here, how they are told apart does.
 */
final class ListFigures {
    private static final int WARM_UP = 2;
    private static final int TRIES = 7;
    private static final int PAGE = 50;

    /** The way to the middle of a list is gone in steps of this size, and ends after this time at the latest. */
    private static final int STEP = 1000;

    private static final Duration LONGEST_WALK = Duration.ofSeconds(5);

    /** Each with what is rare and what is not. */
    private static final List<String> FILTERS = List.of(
            "state==ACTIVE",
            "state==PENDING",
            "state=in=(PENDING,QUARANTINED)",
            "site==/lists/r03/site-0123",
            "site==/lists/r03/*",
            "label.ring==canary",
            "label.ring==nobody",
            "label.ring==canary;site==/lists/r03/*",
            "hardware==box-3",
            "imageVersion==1.4.2",
            "imageVersion==1.4.1",
            "imageVersion==1.2.0",
            "updateState==DOWNLOADED",
            "updateState==TRIAL",
            "campaign==lists",
            "name==node-00314*",
            "name==*31415*",
            "name==nobody-has-this");

    private static final List<String> UPDATE_FILTERS =
            List.of("", "state==ROLLED_BACK", "campaign==lists", "campaign==lists;state==TRIAL");

    private final Stage stage;

    ListFigures(Stage stage) {
        this.stage = stage;
    }

    /** @param nodes how many there shall be beside those of the stage */
    void measure(int nodes) throws IOException, InterruptedException {
        copy(nodes);
        stage.settle();
        String campaign = stage.admin()
                .get("/api/v1/campaigns?filter=name==lists")
                .at("/items/0/id")
                .asString();
        List<String> ofUpdates = UPDATE_FILTERS.stream()
                .map(filter -> filter.replace("CAMPAIGN", campaign))
                .toList();
        List<String> lines = new ArrayList<>();
        for (int run = 0; run < stage.runs(); run++) {
            boolean last = run == stage.runs() - 1;
            double small = millis("/api/v1/tenants");
            double plain = slowest("/api/v1/nodes?sort=name", List.of(""), last, lines);
            double filtered = slowest("/api/v1/nodes?sort=name", FILTERS, last, lines);
            double updates = slowest("/api/v1/node-updates?sort=-id", ofUpdates, last, lines);
            double count = 0;
            for (String filter : FILTERS) {
                double millis = millis("/api/v1/nodes:count?filter=" + encoded(filter));
                count = Math.max(count, millis);
                if (last) {
                    lines.add(line("count " + filter, millis));
                }
            }
            stage.scoreboard().add(Figure.LIST_SMALL, small);
            stage.scoreboard().add(Figure.LIST_PAGE, plain);
            stage.scoreboard().add(Figure.LIST_FILTERED, filtered);
            stage.scoreboard().add(Figure.LIST_UPDATES, updates);
            stage.scoreboard().add(Figure.LIST_COUNT, count);
            stage.scoreboard().add(Figure.OVERVIEW, millis("/api/v1/overview"));
        }
        stage.scoreboard().note("Medians of %d, in ms:\n".formatted(TRIES) + String.join("\n", lines));
    }

    /** The slowest page under these filters: the first one, or one in the middle. */
    private double slowest(String list, List<String> filters, boolean note, List<String> lines)
            throws IOException, InterruptedException {
        double slowest = 0;
        for (String filter : filters) {
            String path = list + (filter.isEmpty() ? "" : "&filter=" + encoded(filter));
            double first = millis(path + "&limit=" + PAGE);
            String middle = middle(path);
            double deep = middle == null ? 0 : millis(path + "&limit=" + PAGE + "&cursor=" + middle);
            slowest = Math.max(slowest, Math.max(first, deep));
            if (note) {
                String name = list.replaceAll("/api/v1/|\\?.*", "") + " " + filter;
                lines.add(line(name, first) + (middle == null ? "" : String.format(Locale.ROOT, ", deep %.1f", deep)));
            }
        }
        return slowest;
    }

    private static String line(String name, double millis) {
        return String.format(Locale.ROOT, "- %s: %.1f", name.isBlank() ? "no filter" : name, millis);
    }

    /** The cursor of a page in the middle of what matches; null if there is but one page. */
    private @Nullable String middle(String path) throws IOException, InterruptedException {
        List<String> cursors = new ArrayList<>();
        long end = System.nanoTime() + LONGEST_WALK.toNanos();
        String at = path + "&limit=" + STEP;
        while (System.nanoTime() < end) {
            JsonNode next = stage.admin().get(at).path("nextCursor");
            if (next.isMissingNode() || next.isNull()) {
                break;
            }
            cursors.add(next.asString());
            at = path + "&limit=" + STEP + "&cursor=" + next.asString();
        }
        return cursors.isEmpty() ? null : cursors.get(cursors.size() / 2);
    }

    private double millis(String path) throws IOException, InterruptedException {
        List<Double> tries = new ArrayList<>();
        for (int i = -WARM_UP; i < TRIES; i++) {
            long start = System.nanoTime();
            stage.admin().get(path);
            if (i >= 0) {
                tries.add((System.nanoTime() - start) / 1e6);
            }
        }
        Collections.sort(tries);
        return tries.get(TRIES / 2);
    }

    private static String encoded(String filter) {
        return URLEncoder.encode(filter, StandardCharsets.UTF_8);
    }

    /** Sites, nodes with slots, labels and presence, and one campaign that is held, with its updates and those before it. */
    private void copy(int nodes) {
        List<String> statements = List.of("""
                create function pg_temp.tenant() returns uuid language sql as $$ select min(id::text)::uuid from tenant $$
                """, """
                insert into site (tenant_id, id, path, name, zone)
                select pg_temp.tenant(), gen_random_uuid(), path, path, 'Europe/Berlin'
                from (
                    select '/lists' as path
                    union all select '/lists/r' || lpad(r::text, 2, '0') from generate_series(0, 19) r
                    union all select '/lists/r' || lpad((s %% 20)::text, 2, '0') || '/site-' || lpad(s::text, 4, '0')
                    from generate_series(0, 999) s
                ) paths
                """, """
                create temporary table places as
                select row_number() over (order by path) - 1 as place, id from site where path like '/lists/%%/site-%%'
                """, """
                insert into node (tenant_id, id, name, site_id, architecture, hardware, state, labels, node_labels,
                                  enrolled_at)
                select pg_temp.tenant(), gen_random_uuid(), 'node-' || lpad(n::text, 7, '0'), p.id, 'x86_64',
                       'box-' || n %% 7,
                       case when n %% 1000 = 1 then 'PENDING' when n %% 2000 = 2 then 'QUARANTINED'
                            when n %% 2000 = 3 then 'DECOMMISSIONED' else 'ACTIVE' end,
                       jsonb_build_object('ring', case when n %% 100 = 0 then 'canary' else 'broad' end),
                       jsonb_build_object('rack', (n %% 40)::text), now() - interval '90 days'
                from generate_series(1, %1$d) n join places p on p.place = (n::bigint * 7919) %% 1000
                """, """
                insert into node_slot (tenant_id, node_id, slot, state, image_version)
                select tenant_id, id, slot, case slot when 'A' then 'ACTIVE' else 'INACTIVE' end,
                       case when substr(name, 6)::int %% 10000 = 7 then '1.2.0'
                            when substr(name, 6)::int %% 11 = 5 then '1.4.1' else '1.4.2' end
                from node, (values ('A'), ('B')) slots (slot) where name like 'node-%%' and client is null
                """, """
                insert into node_presence (tenant_id, node_id, last_seen_at)
                select tenant_id, id, now() - interval '1 second' * (substr(name, 6)::int %% 7200)
                from node where name like 'node-%%' and client is null
                """, """
                insert into image (tenant_id, id, family, image_version, release_counter, architecture, sha256, size_bytes,
                                   state)
                values (pg_temp.tenant(), gen_random_uuid(), 'lists', '2.0.0', 1, 'x86_64', repeat('0', 64), 1, 'PUBLISHED')
                """, """
                insert into campaign (tenant_id, id, name, image_id, state, selector, max_in_flight, started_at, join_later)
                select tenant_id, gen_random_uuid(), c.name, id, c.state, 'name==nobody', 100, now(), false
                from image, (values ('lists', 'PAUSED'), ('lists before', 'COMPLETED')) c (name, state)
                where family = 'lists'
                """, """
                insert into wave (tenant_id, campaign_id, ordinal, name, kind)
                select tenant_id, id, 0, 'all', 'REST' from campaign where name like 'lists%%'
                """, """
                insert into node_update (tenant_id, id, node_id, campaign_id, wave, image_id, state, state_since)
                select n.tenant_id, gen_random_uuid(), n.id, c.id, 0, c.image_id,
                       case when c.name = 'lists before'
                            then case when k %% 500 = 9 then 'ROLLED_BACK' else 'CONFIRMED' end
                            else case when k %% 5000 = 0 then 'TRIAL' when k %% 10 = 4 then 'DOWNLOADED' else 'OFFERED' end
                       end,
                       now() - interval '1 second' * (k %% 86400)
                from campaign c
                join (select *, substr(name, 6)::int as k from node where name like 'node-%%' and client is null) n
                    on n.state = 'ACTIVE' and (c.name = 'lists before' or n.k %% 3 = 0)
                where c.name like 'lists%%'
                """, "analyze");
        stage.postgres()
                .execute(
                        stage.database(),
                        statements.stream().map(sql -> sql.formatted(nodes)).toList());
    }
}
