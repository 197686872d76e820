package org.maintenancemanager.web.admin;

import static java.util.Objects.requireNonNull;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.CampaignGuard;
import org.maintenancemanager.api.admin.CohortHold;
import org.maintenancemanager.api.admin.CohortKind;
import org.maintenancemanager.api.admin.GuardCohort;
import org.maintenancemanager.api.admin.GuardPoint;
import org.maintenancemanager.api.admin.NewCohortHold;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.GuardView;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the guard of a campaign has seen, and the cohorts that it, or a person, holds. */
@RestController
@RequestMapping("/api/v1/campaigns")
class GuardResource {
    private final org.maintenancemanager.core.campaign.CampaignGuard guard;

    GuardResource(org.maintenancemanager.core.campaign.CampaignGuard guard) {
        this.guard = guard;
    }

    @GetMapping("/{id}/guard")
    CampaignGuard get(@PathVariable UUID id) {
        return shown(guard.view(new CampaignId(id)));
    }

    @PostMapping("/{id}:hold-cohort")
    CampaignGuard hold(@PathVariable UUID id, JsonBody body) {
        NewCohortHold wanted = body.as(NewCohortHold.class);
        var problems = new Problems();
        problems.present("/kind", wanted.kind());
        problems.present("/name", wanted.name());
        problems.present("/reason", wanted.reason());
        problems.throwIfAny();
        return shown(guard.hold(
                new CampaignId(id),
                kind(wanted.kind()),
                requireNonNull(wanted.name()),
                requireNonNull(wanted.reason())));
    }

    @PostMapping("/{id}:release-cohort")
    CampaignGuard release(@PathVariable UUID id, JsonBody body) {
        NewCohortHold wanted = body.as(NewCohortHold.class);
        var problems = new Problems();
        problems.present("/kind", wanted.kind());
        problems.present("/name", wanted.name());
        problems.throwIfAny();
        return shown(guard.release(new CampaignId(id), kind(wanted.kind()), requireNonNull(wanted.name())));
    }

    private static Cohort.Kind kind(@Nullable CohortKind kind) {
        return Cohort.Kind.valueOf(requireNonNull(kind).name());
    }

    private static CampaignGuard shown(GuardView guard) {
        return new CampaignGuard(
                guard.enabled(),
                guard.baseline(),
                guard.baselineGiven(),
                guard.alpha(),
                guard.evidence(),
                guard.needed(),
                guard.maxInFlight(),
                guard.finished(),
                guard.failures(),
                guard.totalFinished(),
                guard.totalFailures(),
                guard.downloadFailures(),
                guard.restartedAt(),
                guard.cohorts().stream().map(GuardResource::shown).toList(),
                guard.history().stream()
                        .map(point -> new GuardPoint(point.at(), point.finished(), point.failures(), point.evidence()))
                        .toList());
    }

    private static GuardCohort shown(GuardView.CohortView cohort) {
        GuardView.Held held = cohort.held();
        return new GuardCohort(
                CohortKind.valueOf(cohort.kind().name()),
                cohort.name(),
                cohort.label(),
                cohort.finished(),
                cohort.failures(),
                cohort.downloadFailures(),
                cohort.evidence(),
                held == null ? null : new CohortHold(held.since(), held.by(), held.reason()));
    }
}
