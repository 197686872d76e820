package org.maintenancemanager.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Everything that is measured, in the order in which it is printed. */
enum Figure {
    POLLS(
            "poll.per_second",
            "authenticated polls, nothing new (204), {all} nodes known",
            Unit.PER_SECOND,
            ">= 15,000/s"),
    POLL_P50("poll.p50_ms", "  their median", Unit.MILLIS, null),
    POLL_P99("poll.p99_ms", "  their 99th percentile", Unit.MILLIS, "< 60 ms"),
    QUIET_P99("poll.quiet.p99_ms", "2,000 polls a second, 99th percentile", Unit.MILLIS, null),
    FLOODED_P99(
            "poll.flooded.p99_ms",
            "  the same beside 10,000 wrong passwords a minute",
            Unit.MILLIS,
            "< 2x the line above"),
    LIVENESS("empty.liveness.per_second", "GET /livez (200)", Unit.PER_SECOND, null),
    LIVENESS_P99("empty.liveness.p99_ms", "  their 99th percentile", Unit.MILLIS, null),
    REFUSED("empty.unauthenticated.per_second", "POST /node/v1/poll without credential (401)", Unit.PER_SECOND, null),
    REFUSED_P99("empty.unauthenticated.p99_ms", "  their 99th percentile", Unit.MILLIS, null),
    DDI_POLLS(
            "ddi.poll.per_second",
            "device API polls, nothing to do, 40,000 clients known",
            Unit.PER_SECOND,
            ">= 8,000/s"),
    DDI_POLL_P50("ddi.poll.p50_ms", "  their median", Unit.MILLIS, null),
    DDI_POLL_P99("ddi.poll.p99_ms", "  their 99th percentile", Unit.MILLIS, null),
    EMF_POLLS(
            "emf.poll.per_second",
            "polls of Edge Microvisor Toolkit agents, nothing to do, 40,000 known",
            Unit.PER_SECOND,
            ">= 8,000/s"),
    EMF_POLL_P50("emf.poll.p50_ms", "  their median", Unit.MILLIS, null),
    EMF_POLL_P99("emf.poll.p99_ms", "  their 99th percentile", Unit.MILLIS, null),
    OFFERS("offer.per_second", "polls that answer DOWNLOAD (200)", Unit.PER_SECOND, null),
    REPORTS("report.per_second", "durable reports, one transition each", Unit.PER_SECOND, ">= 5,000/s"),
    REPORT_P50("report.p50_ms", "  their median", Unit.MILLIS, null),
    REPORT_P99("report.p99_ms", "  their 99th percentile", Unit.MILLIS, null),
    PGBENCH("pgbench.per_second", "pgbench simple update", Unit.PER_SECOND, null),
    PGBENCH_PREPARED("pgbench.prepared.per_second", "pgbench simple update, prepared", Unit.PER_SECOND, null),
    CAMPAIGN_SMALL(
            "campaign.tenth.seconds", "campaign over {tenth} nodes, start to first offer", Unit.SECONDS, "< 0.5 s"),
    CAMPAIGN_LARGE("campaign.all.seconds", "campaign over {all} nodes, start to first offer", Unit.SECONDS, "< 3 s"),
    PLAN("plan.seconds", "plan of a campaign over {all} nodes and 200 windows", Unit.SECONDS, "< 10 s"),
    REASONS("reasons.seconds", "why the {all} nodes of a campaign wait", Unit.SECONDS, null),
    NIGHT("night.seconds", "night report of a campaign over {all} nodes", Unit.SECONDS, null),
    NODES("nodes.seconds", "{all} nodes created by bulk REST", Unit.SECONDS, "< 10 s"),
    GRANTS("grant.per_second", "permits granted under budgets", Unit.PER_SECOND, ">= 5,000/s"),
    GRANT_P50("grant.p50_ms", "  their median", Unit.MILLIS, null),
    GRANT_P99("grant.p99_ms", "  their 99th percentile", Unit.MILLIS, null),
    MEMORY("memory.rss_mb", "resident memory of the manager, {all} nodes", Unit.MEGABYTES, "< 1,000 MB"),
    SCALE_START("scale.start.seconds", "campaign over 1,000,000 nodes, start to first offer", Unit.SECONDS, "< 30 s"),
    SCALE_IDLE("scale.idle.percent", "  what manager and PostgreSQL take before, of one core", Unit.PERCENT, null),
    SCALE_TICKS("scale.ticks.percent", "  what they take more while it runs", Unit.PERCENT, "< 5 %"),
    SCALE_PAUSE("scale.pause_ms", "  from sending a pause until no permit follows", Unit.MILLIS, "< 1,000 ms"),
    SCALE_PAUSE_POLLS("scale.pause.polls_per_second", "    while so many polls come", Unit.PER_SECOND, "10,000/s"),
    WINDOW_NEXT("window.next_us", "next opening of a node, in memory, 1,000 windows", Unit.MICROS, "< 10 us"),
    WINDOW_FIND("window.find_us", "  with finding its schedule", Unit.MICROS, "< 50 us"),
    WINDOW_OPENINGS(
            "window.openings_seconds",
            "nodes that open in the next 24 h, 1,000,000 nodes, 1,000 windows",
            Unit.SECONDS,
            "< 2 s"),
    WINDOW_CHANGE(
            "window.change_ms",
            "a changed window to the next poll at another manager, slowest of 20",
            Unit.MILLIS,
            "< 2,000 ms"),
    LIST_SMALL("list.small_ms", "a list of one", Unit.MILLIS, null),
    LIST_PAGE("list.page_ms", "50 of 1,000,000 nodes, first page or in the middle", Unit.MILLIS, "< 300 ms"),
    LIST_FILTERED("list.filtered_ms", "  under the slowest of 18 filters", Unit.MILLIS, "< 300 ms"),
    LIST_COUNT("list.count_ms", "  counting them up to 10,000, the slowest", Unit.MILLIS, "< 300 ms"),
    LIST_UPDATES("list.updates_ms", "50 of 1,300,000 updates, under the slowest of 4 filters", Unit.MILLIS, "< 300 ms"),
    OVERVIEW("overview.ms", "overview of 1,000,000 nodes", Unit.MILLIS, "< 500 ms");

    /** What a figure counts in. */
    enum Unit {
        PER_SECOND("/s", 0),
        PERCENT(" %", 1),
        MICROS(" us", 2),
        MILLIS(" ms", 1),
        SECONDS(" s", 2),
        MEGABYTES(" MB", 0);

        private final String suffix;
        private final int decimals;

        Unit(String suffix, int decimals) {
            this.suffix = suffix;
            this.decimals = decimals;
        }

        String suffix() {
            return suffix;
        }

        int decimals() {
            return decimals;
        }
    }

    private final String key;
    private final String title;
    private final Unit unit;
    private final @Nullable String aim;

    Figure(String key, String title, Unit unit, @Nullable String aim) {
        this.key = key;
        this.title = title;
        this.unit = unit;
        this.aim = aim;
    }

    String key() {
        return key;
    }

    /** What it is, when so many nodes are known. */
    String title(int nodes) {
        return title.replace("{all}", count(nodes)).replace("{tenth}", count(nodes / 10));
    }

    private static String count(int number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    Unit unit() {
        return unit;
    }

    /** What we want it to be on two cores; empty when it is there for comparison only. */
    String aim() {
        return aim == null ? "" : aim;
    }
}
