package org.maintenancemanager.web.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.MissReason;
import org.maintenancemanager.api.admin.MissedOpening;
import org.maintenancemanager.api.admin.MissedWindows;
import org.maintenancemanager.api.admin.NightCampaign;
import org.maintenancemanager.api.admin.NightCounts;
import org.maintenancemanager.api.admin.NightReport;
import org.maintenancemanager.api.admin.NightSite;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.forecast.NightReports;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.web.rest.QueryTime;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What happened last night. */
@RestController
@RequestMapping("/api/v1")
class NightResource {
    private static final Duration NIGHT = Duration.ofDays(1);
    private static final Duration WEEK = Duration.ofDays(7);

    private final NightReports reports;

    NightResource(NightReports reports) {
        this.reports = reports;
    }

    @GetMapping("/campaigns/{id}/report")
    NightReport campaign(
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String until) {
        return report(new CampaignId(id), from, until);
    }

    @GetMapping("/reports/night")
    NightReport night(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String until) {
        return report(null, from, until);
    }

    private NightReport report(@Nullable CampaignId campaign, @Nullable String from, @Nullable String until) {
        Instant end = QueryTime.of("until", until, Instant.now());
        var report = reports.report(campaign, QueryTime.of("from", from, end.minus(NIGHT)), end);
        return new NightReport(
                report.from(),
                report.until(),
                shown(report.counts()),
                report.campaigns().stream()
                        .map(night -> new NightCampaign(night.campaign(), night.name(), shown(night.counts())))
                        .toList(),
                report.sites().stream()
                        .map(night -> new NightSite(night.sitePath(), shown(night.counts())))
                        .toList(),
                report.truncated());
    }

    @GetMapping("/nodes/{id}/missed-windows")
    Page<MissedOpening> missedBy(
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String until) {
        Instant end = QueryTime.of("until", until, Instant.now());
        return new Page<>(
                reports.missedBy(new NodeId(id), QueryTime.of("from", from, end.minus(WEEK)), end).stream()
                        .map(missed -> new MissedOpening(
                                missed.window(),
                                missed.start(),
                                missed.end(),
                                MissReason.valueOf(missed.reason().name()),
                                missed.reason().sentence()))
                        .toList(),
                null);
    }

    private static NightCounts shown(org.maintenancemanager.core.forecast.NightReport.Counts counts) {
        return new NightCounts(
                counts.started(),
                counts.downloaded(),
                counts.confirmed(),
                counts.rolledBack(),
                counts.lost(),
                counts.failed(),
                counts.canceled(),
                counts.unused(),
                counts.missed().stream()
                        .map(missed -> new MissedWindows(
                                MissReason.valueOf(missed.reason().name()),
                                missed.windows(),
                                missed.reason().sentence()))
                        .toList(),
                counts.sentence());
    }
}
