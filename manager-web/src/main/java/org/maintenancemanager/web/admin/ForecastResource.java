package org.maintenancemanager.web.admin;

import java.time.ZoneId;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.CampaignForecast;
import org.maintenancemanager.api.admin.CampaignOutlook;
import org.maintenancemanager.api.admin.CampaignPlan;
import org.maintenancemanager.api.admin.ForecastActual;
import org.maintenancemanager.api.admin.ForecastCause;
import org.maintenancemanager.api.admin.ForecastPoint;
import org.maintenancemanager.api.admin.ForecastRisk;
import org.maintenancemanager.api.admin.ForecastSpan;
import org.maintenancemanager.api.admin.ForecastWave;
import org.maintenancemanager.api.admin.NewCampaign;
import org.maintenancemanager.api.admin.PlanComparison;
import org.maintenancemanager.api.admin.PlanFinding;
import org.maintenancemanager.api.admin.PlanPath;
import org.maintenancemanager.api.admin.PlanRequest;
import org.maintenancemanager.api.admin.PlanSite;
import org.maintenancemanager.api.admin.PlanSkip;
import org.maintenancemanager.api.admin.PlanSummary;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.forecast.Forecast;
import org.maintenancemanager.core.forecast.Forecasts;
import org.maintenancemanager.core.forecast.Lint;
import org.maintenancemanager.core.forecast.Plan;
import org.maintenancemanager.core.forecast.Planner;
import org.maintenancemanager.core.forecast.RunningForecast;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What campaigns would come to, and will. */
@RestController
@RequestMapping("/api/v1")
class ForecastResource {
    private final Planner planner;
    private final Forecasts forecasts;

    ForecastResource(Planner planner, Forecasts forecasts) {
        this.planner = planner;
        this.forecasts = forecasts;
    }

    @PostMapping("/campaigns:plan")
    CampaignPlan plan(JsonBody body) {
        if (!body.has("campaignId") && !body.has("campaign")) {
            return shown(planner.plan(CampaignJson.spec(body.as(NewCampaign.class)), null));
        }
        PlanRequest request = body.as(PlanRequest.class);
        UUID id = request.campaignId();
        NewCampaign described = request.campaign();
        if (id != null && described != null) {
            throw InvalidInput.at("/campaign", "must be absent when there is a campaignId");
        }
        Plan.Summary before = before(request.previous());
        if (id != null) {
            return shown(planner.plan(new CampaignId(id), before));
        }
        if (described == null) {
            throw InvalidInput.at("/campaignId", "is missing, and there is no campaign either; expected one of them");
        }
        return within("/campaign", () -> shown(planner.plan(CampaignJson.spec(described), before)));
    }

    private static Plan.@Nullable Summary before(@Nullable PlanSummary previous) {
        if (previous == null) {
            return null;
        }
        var problems = new Problems();
        problems.present("/previous/at", previous.at());
        problems.range("/previous/members", previous.members(), 0, Integer.MAX_VALUE);
        problems.throwIfAny();
        return new Plan.Summary(previous.at(), previous.members(), previous.p50(), previous.p90());
    }

    /** Problems of a part of the body point into that part. */
    private static <T> T within(String pointer, Supplier<T> part) {
        try {
            return part.get();
        } catch (InvalidInput invalid) {
            throw new InvalidInput(
                    invalid.type(),
                    invalid.problems().stream()
                            .map(problem -> new FieldProblem(pointer + problem.pointer(), problem.message()))
                            .toList());
        }
    }

    @GetMapping("/campaigns/{id}/forecast")
    CampaignForecast forecast(@PathVariable UUID id) {
        RunningForecast running = forecasts.load(new CampaignId(id));
        return new CampaignForecast(
                id,
                shown(running.forecast(), running.zone()),
                running.actual().stream()
                        .map(actual -> new ForecastActual(actual.at(), actual.confirmed(), actual.failed()))
                        .toList(),
                running.assumptions(),
                shown(Plan.Comparison.of(running.first(), Plan.Summary.of(running.forecast()))));
    }

    private static CampaignPlan shown(Plan plan) {
        return new CampaignPlan(
                plan.selected(),
                plan.skips().stream()
                        .map(skip -> new PlanSkip(skip.code(), skip.nodes(), skip.sentence()))
                        .toList(),
                plan.findings().stream().map(ForecastResource::shown).toList(),
                shown(plan.forecast(), plan.zone()),
                plan.paths().stream()
                        .map(way -> new PlanPath(ExplanationResource.steps(way.images()), way.nodes()))
                        .toList(),
                plan.bytes(),
                plan.sites().stream()
                        .map(site -> new PlanSite(site.sitePath(), site.nodes(), site.bytes()))
                        .toList(),
                plan.truncated(),
                plan.assumptions(),
                plan.comparison() == null ? null : shown(plan.comparison()));
    }

    static PlanFinding shown(Lint.Finding finding) {
        return new PlanFinding(
                PlanFinding.Code.valueOf(finding.code().name()), finding.nodes(), finding.sites(), finding.sentence());
    }

    private static PlanComparison shown(Plan.Comparison comparison) {
        Plan.Summary before = comparison.before();
        return new PlanComparison(
                new PlanSummary(before.at(), before.members(), before.p50(), before.p90()),
                comparison.moreMembers(),
                comparison.p50Later(),
                comparison.p90Later(),
                comparison.sentence());
    }

    private static CampaignOutlook shown(Forecast forecast, ZoneId zone) {
        return new CampaignOutlook(
                forecast.at(),
                forecast.runs(),
                forecast.members(),
                forecast.confirmed(),
                forecast.failed(),
                forecast.stranded(),
                forecast.silent(),
                shown(forecast.end()),
                forecast.curve().stream()
                        .map(point -> new ForecastPoint(point.at(), point.p10(), point.p50(), point.p90()))
                        .toList(),
                forecast.waves().stream()
                        .map(wave -> new ForecastWave(wave.name(), shown(wave.opens())))
                        .toList(),
                forecast.risks().stream()
                        .map(risk -> new ForecastRisk(
                                ForecastRisk.Kind.valueOf(risk.kind().name()), risk.share()))
                        .toList(),
                forecast.causes().stream()
                        .map(cause -> new ForecastCause(
                                ForecastCause.Kind.valueOf(cause.kind().name()), cause.sentence(zone), cause.adds()))
                        .toList());
    }

    private static ForecastSpan shown(Forecast.Span span) {
        return new ForecastSpan(span.p10(), span.p50(), span.p90());
    }
}
