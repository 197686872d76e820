package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.image.ImageFacts;

/**
 * What a campaign would come to if it started now, or at the time that it says.
 *
 * @param zone for times in sentences
 * @param selected nodes that its selector chooses
 * @param skips of them, those that have nothing to do; the most frequent reason first
 * @param findings about windows, of those that are left
 * @param paths the ways that its nodes take to the image, those of the most steps first
 * @param bytes that its nodes load in all
 * @param sites that load most of it, at most {@value #MAX_SITES}
 * @param truncated whether there are more sites
 * @param assumptions what was not measured and is taken for true
 * @param comparison with an earlier plan, where there is one
 */
public record Plan(
        ZoneId zone,
        int selected,
        List<Skip> skips,
        List<Lint.Finding> findings,
        Forecast forecast,
        List<Way> paths,
        long bytes,
        List<SiteLoad> sites,
        boolean truncated,
        List<String> assumptions,
        @Nullable Comparison comparison) {
    static final int MAX_SITES = 1000;

    public Plan {
        skips = List.copyOf(skips);
        findings = List.copyOf(findings);
        paths = List.copyOf(paths);
        sites = List.copyOf(sites);
        assumptions = List.copyOf(assumptions);
    }

    /** @param code {@code ALREADY_RUNNING} and so on */
    public record Skip(String code, int nodes, String sentence) {}

    /** @param images that nodes install one after the other, the campaign's last */
    public record Way(List<ImageFacts> images, int nodes) {
        public Way {
            images = List.copyOf(images);
        }
    }

    public record SiteLoad(String sitePath, int nodes, long bytes) {}

    /** What is compared of a plan or forecast. */
    public record Summary(
            Instant at,
            int members,
            @Nullable Instant p50,
            @Nullable Instant p90) {
        public static Summary of(Forecast forecast) {
            return new Summary(
                    forecast.at(),
                    forecast.members(),
                    forecast.end().p50(),
                    forecast.end().p90());
        }
    }

    /**
     * How things differ from an earlier plan.
     *
     * @param moreMembers fewer, if negative
     * @param p50Later sooner, if negative; null where one of both has none
     */
    public record Comparison(
            Summary before,
            int moreMembers,
            @Nullable Duration p50Later,
            @Nullable Duration p90Later,
            String sentence) {
        public static Comparison of(Summary before, Summary now) {
            int more = now.members() - before.members();
            Duration p50 = between(before.p50(), now.p50());
            Duration p90 = between(before.p90(), now.p90());
            String members = more == 0
                    ? "As many nodes as then"
                    : "%d %s %s than then"
                            .formatted(
                                    Math.abs(more),
                                    Math.abs(more) == 1 ? "node" : "nodes",
                                    more > 0 ? "more" : "fewer");
            String end;
            if (p50 == null) {
                end = before.p50() == null && now.p50() == null
                        ? "it still does not end by itself within a year"
                        : now.p50() == null
                                ? "it does not end by itself within a year any more"
                                : "it ends by itself now, which it did not then";
            } else if (p50.abs().compareTo(Duration.ofMinutes(5)) < 0) {
                end = "probably ends at the same time";
            } else {
                end = "probably ends %s %s".formatted(length(p50.abs()), p50.isNegative() ? "sooner" : "later");
            }
            return new Comparison(before, more, p50, p90, "%s; %s.".formatted(members, end));
        }

        private static @Nullable Duration between(@Nullable Instant before, @Nullable Instant now) {
            return before == null || now == null ? null : Duration.between(before, now);
        }

        private static String length(Duration time) {
            if (time.toHours() >= 48) {
                return Math.round(time.toHours() / 24.0) + " days";
            }
            return time.toMinutes() >= 90 ? Math.round(time.toMinutes() / 60.0) + " h" : time.toMinutes() + " min";
        }
    }
}
