package org.maintenancemanager.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignRules;
import org.maintenancemanager.core.campaign.CampaignSchedule;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.CampaignView.WaveProgress;
import org.maintenancemanager.core.campaign.MembershipPreview;
import org.maintenancemanager.core.forecast.Assembly.Stage;
import org.maintenancemanager.core.forecast.ForecastFacts.Gate;
import org.maintenancemanager.core.forecast.ForecastFacts.Guard;
import org.maintenancemanager.core.forecast.ForecastFacts.Retries;
import org.maintenancemanager.core.forecast.ForecastFacts.Retry;
import org.maintenancemanager.core.forecast.ForecastFacts.Rules;
import org.maintenancemanager.core.forecast.ForecastFacts.Wave;
import org.maintenancemanager.core.guard.SequentialTest;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.Releases;
import org.maintenancemanager.core.image.UpdatePaths;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.update.FleetFacts;
import org.maintenancemanager.core.window.OpenTimes;
import org.maintenancemanager.core.window.WindowOverride;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads what a forecast is made from, and has it made. Writes nothing. */
@Component
class ForecastMaker {
    private static final Duration HORIZON = Duration.ofDays(366);

    /** Where a campaign leaves it to what earlier ones teach; close enough for a risk. */
    private static final double USUAL_BASELINE = 0.02;

    private final MembershipPreview preview;
    private final StandingCensus census;
    private final FleetFacts fleet;
    private final FleetHabits habits;
    private final JdbcClient jdbc;
    private final DatabaseClock clock;
    private final Settings settings;
    private final Releases releases;

    ForecastMaker(
            MembershipPreview preview,
            StandingCensus census,
            FleetFacts fleet,
            FleetHabits habits,
            JdbcClient jdbc,
            DatabaseClock clock,
            Settings settings,
            Releases releases) {
        this.preview = preview;
        this.census = census;
        this.fleet = fleet;
        this.habits = habits;
        this.jdbc = jdbc;
        this.clock = clock;
        this.settings = settings;
        this.releases = releases;
    }

    /** What was made, and what was seen on the way. */
    record Made(
            Forecast forecast,
            int selected,
            Map<String, Integer> skips,
            List<Lint.Finding> findings,
            Map<String, SiteNeeds> sites,
            List<Plan.Way> paths,
            List<String> assumptions) {}

    /** @param bytes that its nodes load, in all */
    record SiteNeeds(int nodes, long bytes) {
        SiteNeeds plus(SiteNeeds other) {
            return new SiteNeeds(nodes + other.nodes, bytes + other.bytes);
        }
    }

    /** Of a campaign that has not started. */
    Made planned(TenantId tenant, CampaignSpec spec, @Nullable CampaignId rollbackOf, long seed) {
        Instant present = clock.now();
        Instant start = spec.startsAt() != null && spec.startsAt().isAfter(present) ? spec.startsAt() : present;
        Instant until = horizon(spec, start);
        FleetFacts.Of rules = fleet.of(tenant);
        long imageBytes = imageBytes(tenant, spec);
        Assembly assembly = new Assembly(
                start,
                until,
                spec,
                rules,
                new OpenTimes(rules.schedules(), start, until, escalation(spec, start)),
                habits.measured(tenant, imageBytes),
                Map.of(),
                habits.slotsOfTenant(tenant, 0));
        Lint lint = new Lint(start, until, settings.guardTime, spec.schedule().deadline());
        Map<String, Integer> skips = new TreeMap<>();
        Map<String, SiteNeeds> sites = new HashMap<>();
        UpdatePaths paths = releases.to(tenant, spec.imageId()).paths();
        Map<List<ImageFacts>, Integer> ways = new HashMap<>();
        int[] selected = new int[2];
        preview.forEach(
                tenant,
                spec,
                rollbackOf,
                seed,
                rules.grouping("hardware"),
                settings.unreachableAfter,
                settings.silentAfter,
                group -> {
                    selected[0] += group.many();
                    if (group.skip() != null) {
                        skips.merge(group.skip(), group.many(), Integer::sum);
                        if (group.skip().equals("NO_PATH")) {
                            lint.noPath(group.nodes().sitePath(), group.many());
                        }
                        return;
                    }
                    boolean silent = group.presence() == MembershipPreview.Presence.SILENT;
                    boolean away = group.presence() == MembershipPreview.Presence.AWAY;
                    selected[1] += silent ? group.many() : 0;
                    Stage stage = silent ? Stage.SILENT : away ? Stage.TO_DOWNLOAD_AWAY : Stage.TO_DOWNLOAD;
                    List<ImageFacts> way =
                            way(paths, group.firstStep(), group.nodes().hardware());
                    ways.merge(way, group.many(), Integer::sum);
                    assembly.add(group.nodes(), group.wave(), stage, group.many(), 0, way.size());
                    heard(assembly, silent, away, group.many(), group.silentSeconds());
                    lint.countInWave(group.wave(), silent, group.nodes().sitePath(), group.many());
                    lint.look(
                            assembly.timesOf(group.nodes()),
                            assembly.neededBy(group.nodes()),
                            group.nodes().sitePath(),
                            group.many());
                    sites.merge(group.nodes().sitePath(), needs(group.many(), way), SiteNeeds::plus);
                });
        List<Wave> waves = new ArrayList<>();
        for (int i = 0; i < spec.waves().size(); i++) {
            CampaignSpec.WaveSpec wave = spec.waves().get(i);
            waves.add(new Wave(
                    wave.name(),
                    wave.minConfirmedShare().doubleValue(),
                    i == 0 ? start : null,
                    false,
                    new Gate(
                            wave.gate().soakTime(),
                            wave.gate().notBefore(),
                            null,
                            wave.gate().unheardAfter())));
        }
        FleetHabits.Past past = habits.past(tenant);
        ForecastFacts facts = assembly.facts(
                waves, rules(spec, 0, past), assembly.habits(past.finished(), past.failed(), settings.assumedAbsence));
        return new Made(
                forecast(facts, seed, spec),
                selected[0],
                skips,
                lint.findings(spec.waves(), 0),
                sites,
                ways(ways),
                assumptions(spec, facts, assembly, selected[1], 0, false));
    }

    /** Of a campaign that has started, from where its nodes stand. */
    Made standing(TenantId tenant, CampaignView campaign) {
        Instant now = clock.now();
        CampaignSpec spec = campaign.spec();
        Instant until = horizon(spec, now);
        CampaignId id = campaign.id();
        FleetFacts.Of rules = fleet.of(tenant);
        long imageBytes = imageBytes(tenant, spec);
        Instant startedAt = campaign.startedAt() == null ? now : campaign.startedAt();
        WindowOverride override = campaign.override() == null ? escalation(spec, startedAt) : campaign.override();
        Assembly assembly = new Assembly(
                now,
                until,
                spec,
                rules,
                new OpenTimes(rules.schedules(), now, until, override),
                habits.measured(tenant, imageBytes),
                habits.slots(tenant, id),
                habits.slotsOfTenant(tenant, campaign.inFlight()));
        Lint lint = new Lint(now, until, settings.guardTime, spec.schedule().deadline());
        Map<String, SiteNeeds> sites = new HashMap<>();
        UpdatePaths paths = releases.to(tenant, spec.imageId()).paths();
        Map<List<ImageFacts>, Integer> ways = new HashMap<>();
        int[] counts = new int[4];
        census.forEach(
                tenant, id, rules.grouping("hardware"), settings.unreachableAfter, settings.silentAfter, group -> {
                    boolean held = group.place() == StandingCensus.Place.HELD;
                    boolean silent = group.heard() == StandingCensus.Heard.SILENT;
                    boolean away = group.heard() == StandingCensus.Heard.AWAY;
                    counts[0] += group.many();
                    counts[1] += held ? group.many() : 0;
                    Stage stage = switch (group.place()) {
                        case CONFIRMED -> Stage.CONFIRMED;
                        case FAILED -> Stage.FAILED;
                        case IN_FLIGHT -> Stage.IN_FLIGHT;
                        case HELD -> Stage.SILENT;
                        case TO_DOWNLOAD -> silent ? Stage.SILENT : away ? Stage.TO_DOWNLOAD_AWAY : Stage.TO_DOWNLOAD;
                        case READY -> silent ? Stage.SILENT : away ? Stage.READY_AWAY : Stage.READY;
                    };
                    counts[2] += stage == Stage.SILENT && !held ? group.many() : 0;
                    lint.countInWave(
                            group.wave(), stage == Stage.SILENT, group.nodes().sitePath(), group.many());
                    List<ImageFacts> way =
                            way(paths, group.step(), group.nodes().hardware());
                    ways.merge(way, group.many(), Integer::sum);
                    assembly.add(group.nodes(), group.wave(), stage, group.many(), group.permitSeconds(), way.size());
                    heard(assembly, silent, away, group.many(), group.silentSeconds());
                    sites.merge(group.nodes().sitePath(), needs(group.many(), way), SiteNeeds::plus);
                    if (stage == Stage.FAILED) {
                        counts[3] += group.many();
                    } else if (stage != Stage.CONFIRMED && stage != Stage.IN_FLIGHT) {
                        lint.look(
                                assembly.timesOf(group.nodes()),
                                assembly.neededBy(group.nodes()),
                                group.nodes().sitePath(),
                                group.many());
                    }
                });
        List<Wave> waves = new ArrayList<>();
        int confirmed = 0;
        int open = 0;
        for (WaveProgress wave : campaign.waves()) {
            CampaignSpec.WaveSpec said = spec.waves().get(wave.ordinal());
            waves.add(new Wave(
                    wave.name(),
                    said.minConfirmedShare().doubleValue(),
                    wave.openedAt(),
                    wave.passedAt() != null,
                    new Gate(
                            said.gate().soakTime(),
                            said.gate().notBefore(),
                            wave.reachedAt(),
                            said.gate().unheardAfter())));
            open = wave.passedAt() != null ? wave.ordinal() + 1 : open;
            confirmed += wave.updates().getOrDefault(org.maintenancemanager.api.node.UpdateState.CONFIRMED, 0);
        }
        FleetHabits.Past past = habits.past(tenant);
        ForecastFacts facts = assembly.facts(
                waves,
                rules(spec, campaign.failures(), past),
                assembly.habits(
                        past.finished() + confirmed + counts[3], past.failed() + counts[3], settings.assumedAbsence));
        return new Made(
                forecast(facts, id.value().getLeastSignificantBits(), spec),
                counts[0],
                Map.of(),
                lint.findings(spec.waves(), open),
                sites,
                ways(ways),
                assumptions(spec, facts, assembly, counts[2], counts[1], campaign.state() == CampaignState.PAUSED));
    }

    /** What nodes still install, one after the other, from the step on that they take next; null: from the last one. */
    private static List<ImageFacts> way(UpdatePaths paths, @Nullable ImageId first, @Nullable String hardware) {
        ImageFacts step = first == null ? null : paths.image(first);
        if (step == null || step.id().equals(paths.target().id())) {
            return List.of(paths.target());
        }
        List<ImageFacts> way = new ArrayList<>();
        way.add(step);
        way.addAll(paths.route(step.releaseCounter(), hardware).steps());
        return way;
    }

    private static SiteNeeds needs(int nodes, List<ImageFacts> way) {
        long bytes =
                way.stream().mapToLong(image -> Math.max(1, image.sizeBytes())).sum();
        return new SiteNeeds(nodes, nodes * bytes);
    }

    /** The longest first; only the one that everybody takes needs no words. */
    private static List<Plan.Way> ways(Map<List<ImageFacts>, Integer> ways) {
        return ways.entrySet().stream()
                .map(way -> new Plan.Way(way.getKey(), way.getValue()))
                .sorted(Comparator.comparingInt((Plan.Way way) -> way.images().size())
                        .reversed()
                        .thenComparing(Plan.Way::nodes, Comparator.reverseOrder())
                        .thenComparing(way -> way.images().getFirst().id().value()))
                .toList();
    }

    private static Instant horizon(CampaignSpec spec, Instant from) {
        Instant year = from.plus(HORIZON);
        Instant endsAt = spec.schedule().endsAt();
        return endsAt == null || endsAt.isAfter(year) ? year : endsAt.isBefore(from) ? from : endsAt;
    }

    /** The leave that an escalation will give to all nodes; null where there is none. */
    private static @Nullable WindowOverride escalation(CampaignSpec spec, Instant startedAt) {
        CampaignSchedule.Escalation escalation = spec.schedule().escalation();
        if (escalation == null || !escalation.windows().isEmpty()) {
            return null;
        }
        Instant since = startedAt.plus(escalation.after());
        return new WindowOverride(
                new UUID(0, 0),
                "the escalation",
                escalation.reason(),
                "campaign",
                since,
                since.plus(escalation.lasts()),
                escalation.freezes());
    }

    private static Forecast forecast(ForecastFacts facts, long seed, CampaignSpec spec) {
        Forecast forecast = Forecaster.forecast(facts, seed, spec.schedule().deadline());
        // What is not done by the campaign's own end is called off.
        return spec.schedule().endsAt() == null
                ? forecast
                : forecast.renamed(Forecast.RiskKind.NOT_WITHIN_A_YEAR, Forecast.RiskKind.CALLED_OFF);
    }

    private void heard(Assembly assembly, boolean silent, boolean away, int many, double silentSeconds) {
        if (!silent) {
            double beyond = silentSeconds - (double) many * settings.unreachableAfter.toSeconds();
            assembly.heardOf(!away, many, Math.max(0, beyond));
        }
    }

    private Rules rules(CampaignSpec spec, int failures, FleetHabits.Past past) {
        return new Rules(
                spec.maxInFlight(),
                spec.maxFailures(),
                failures,
                settings.guardTime,
                spec.permitLimit(),
                spec.bootDeadline(),
                settings.unreachableAfter,
                settings.pollInterval,
                guard(spec.rules().guard()),
                retries(spec.rules().retries(), past));
    }

    private static Retries retries(Map<CampaignRules.Phase, CampaignRules.Retry> said, FleetHabits.Past past) {
        double rate = past.failureRate();
        double chance = 0;
        double seconds = 0;
        for (Map.Entry<CampaignRules.Phase, CampaignRules.Retry> rule : said.entrySet()) {
            double share = past.phases().getOrDefault(rule.getKey(), 0.0)
                    * Retry.chance(rule.getValue().limit(), rate);
            chance += share;
            seconds += share * rule.getValue().backoff().toSeconds();
        }
        CampaignRules.Retry lost = said.get(CampaignRules.Phase.LOST);
        return new Retries(
                lost == null ? Retry.NEVER : new Retry(Retry.chance(lost.limit(), rate), lost.backoff()),
                chance == 0 ? Retry.NEVER : new Retry(chance, Duration.ofSeconds(Math.round(seconds / chance))));
    }

    private static Guard guard(CampaignRules.Guarding said) {
        Double percent = said.maxFailurePercent() == null
                ? null
                : said.maxFailurePercent().doubleValue();
        double baseline =
                said.baseline() == null ? USUAL_BASELINE : said.baseline().doubleValue();
        SequentialTest test =
                said.enabled() ? new SequentialTest(baseline, said.alpha().doubleValue()) : null;
        return new Guard(test, percent, said.percentFrom());
    }

    private long imageBytes(TenantId tenant, CampaignSpec spec) {
        return jdbc.sql("select coalesce(size_bytes, 1) from image where tenant_id = :tenant and id = :image")
                .param("tenant", tenant.value())
                .param("image", spec.imageId().value())
                .query(Long.class)
                .single();
    }

    private List<String> assumptions(
            CampaignSpec spec, ForecastFacts facts, Assembly assembly, int silent, int held, boolean paused) {
        List<String> assumptions = new ArrayList<>();
        if (paused) {
            assumptions.add("The campaign is paused; it is taken to be resumed now.");
        }
        if (spec.waves().stream().anyMatch(wave -> wave.gate().approval())) {
            assumptions.add("Waves that wait for a person are taken to be let through as soon as their gate wants it.");
        }
        CampaignSchedule.Escalation escalation = spec.schedule().escalation();
        if (escalation != null && !escalation.windows().isEmpty()) {
            assumptions.add("The escalation for some of the windows is left out.");
        }
        if (!assembly.unmeasured().isEmpty()) {
            String names = assembly.unmeasured().stream()
                    .map(name -> name.isEmpty() ? "nodes that do not name their hardware" : "hardware " + name)
                    .limit(5)
                    .reduce((one, other) -> one + ", " + other)
                    .orElse("");
            assumptions.add("What an update takes was never measured for %s%s; the usual time is taken."
                    .formatted(names, assembly.unmeasured().size() > 5 ? " and others" : ""));
        }
        if (!facts.cohorts().isEmpty() && facts.cohorts().getFirst().download().samples() == 0) {
            assumptions.add("How long downloads take was not measured; half of them are taken to need %d s."
                    .formatted(facts.cohorts().getFirst().download().p50().toSeconds()));
        }
        if (silent > 0) {
            assumptions.add(
                    "%d nodes have not been heard of for %d days or were never heard of; the end does not wait for them."
                            .formatted(silent, settings.silentAfter.toDays()));
        }
        if (held > 0) {
            assumptions.add(
                    "%d nodes wait for a person, since they are quarantined, pending, blocked, or held by the guard; the end does not wait for them."
                            .formatted(held));
        }
        return assumptions;
    }
}
