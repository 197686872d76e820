package org.maintenancemanager.web.admin;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.Campaign;
import org.maintenancemanager.api.admin.CampaignAnswer;
import org.maintenancemanager.api.admin.CampaignWave;
import org.maintenancemanager.api.admin.ExcludedNodes;
import org.maintenancemanager.api.admin.FailedRetry;
import org.maintenancemanager.api.admin.NewCampaign;
import org.maintenancemanager.api.admin.NewWindowOverride;
import org.maintenancemanager.api.admin.NodeExclusion;
import org.maintenancemanager.api.admin.RetriedNodes;
import org.maintenancemanager.api.admin.RollBackPlan;
import org.maintenancemanager.api.admin.RollBackReason;
import org.maintenancemanager.api.admin.WaveMove;
import org.maintenancemanager.core.campaign.CampaignApprovals;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignLife.Kind;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.CampaignWaves;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.campaign.RollBacks;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.update.CampaignMembers;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.web.rest.Answers;
import org.maintenancemanager.web.rest.IfMatch;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Campaigns and their lifecycle. */
@RestController
@RequestMapping("/api/v1/campaigns")
class CampaignResource {
    private final Campaigns campaigns;
    private final CampaignApprovals approvals;
    private final CampaignWaves waves;
    private final CampaignMembers members;
    private final RollBacks rollBacks;

    CampaignResource(
            Campaigns campaigns,
            CampaignApprovals approvals,
            CampaignWaves waves,
            CampaignMembers members,
            RollBacks rollBacks) {
        this.members = members;
        this.rollBacks = rollBacks;
        this.campaigns = campaigns;
        this.approvals = approvals;
        this.waves = waves;
    }

    @GetMapping
    Page<Campaign> list(ListRequest request) {
        return campaigns.list(request).map(CampaignJson::shown);
    }

    @GetMapping("/{id}")
    ResponseEntity<Campaign> get(@PathVariable UUID id) {
        return answer(campaigns.load(new CampaignId(id)));
    }

    @GetMapping("/{id}/waves")
    Page<CampaignWave> waves(@PathVariable UUID id) {
        return new Page<>(CampaignJson.shown(campaigns.load(new CampaignId(id))).waves(), null);
    }

    @PostMapping
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewCampaign.class, this::create, "/api/v1/campaigns", Campaign::id);
    }

    private List<Campaign> create(List<NewCampaign> wanted) {
        return campaigns.createAll(CampaignJson.specs(wanted)).stream()
                .map(CampaignJson::shown)
                .toList();
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Campaign> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        CampaignView before = campaigns.load(new CampaignId(id));
        NewCampaign wanted = body.mergedInto(CampaignJson.editable(before.spec()));
        // The version is compared again under the lock, so what was merged into is what is replaced.
        if (before.version() != ifMatch.version()) {
            throw new StaleVersion("campaign", id.toString());
        }
        return answer(campaigns.edit(before.id(), ifMatch.version(), CampaignJson.spec(wanted)));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, IfMatch ifMatch) {
        campaigns.delete(new CampaignId(id), ifMatch.version());
    }

    @PostMapping("/{id}:start")
    ResponseEntity<Campaign> start(@PathVariable UUID id) {
        return answer(campaigns.start(new CampaignId(id)));
    }

    @PostMapping("/{id}:pause")
    ResponseEntity<Campaign> pause(@PathVariable UUID id) {
        return answer(campaigns.pause(new CampaignId(id)));
    }

    @PostMapping("/{id}:resume")
    ResponseEntity<Campaign> resume(@PathVariable UUID id) {
        return answer(campaigns.resume(new CampaignId(id)));
    }

    @PostMapping("/{id}:abort")
    ResponseEntity<Campaign> abort(@PathVariable UUID id) {
        return answer(campaigns.abort(new CampaignId(id)));
    }

    @PostMapping("/{id}:overrideWindows")
    ResponseEntity<Campaign> overrideWindows(@PathVariable UUID id, JsonBody body) {
        NewWindowOverride wanted = body.as(NewWindowOverride.class);
        var problems = new Problems();
        problems.present("/reason", wanted.reason());
        problems.present("/until", wanted.until());
        problems.throwIfAny();
        List<UUID> freezes = wanted.freezes() == null ? List.of() : wanted.freezes();
        return answer(campaigns.overrideWindows(
                new CampaignId(id),
                requireNonNull(wanted.reason()),
                requireNonNull(wanted.until()),
                freezes.stream().map(WindowId::new).collect(Collectors.toSet())));
    }

    @PostMapping("/{id}:clearOverride")
    ResponseEntity<Campaign> clearOverride(@PathVariable UUID id) {
        return answer(campaigns.clearOverride(new CampaignId(id)));
    }

    @PostMapping("/{id}:approve")
    ResponseEntity<Campaign> approve(@PathVariable UUID id, JsonBody body) {
        CampaignAnswer yes = body.as(CampaignAnswer.class);
        var problems = new Problems();
        problems.present("/remark", yes.remark());
        Kind kind = kind(yes, problems);
        problems.throwIfAny();
        return answer(approvals.approve(new CampaignId(id), kind, requireNonNull(yes.remark()), yes.revision()));
    }

    @PostMapping("/{id}:deny")
    ResponseEntity<Campaign> deny(@PathVariable UUID id, JsonBody body) {
        CampaignAnswer no = body.as(CampaignAnswer.class);
        var problems = new Problems();
        problems.present("/remark", no.remark());
        Kind kind = kind(no, problems);
        problems.throwIfAny();
        return answer(approvals.deny(new CampaignId(id), kind, requireNonNull(no.remark())));
    }

    private static @Nullable Kind kind(CampaignAnswer answer, Problems problems) {
        if (answer.kind() == null) {
            return null;
        }
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(answer.kind())) {
                return kind;
            }
        }
        problems.add("/kind", "is '%s'; allowed are START, WAVE, OVERRIDE".formatted(answer.kind()));
        return null;
    }

    @PostMapping("/{id}:promote-wave")
    ResponseEntity<Campaign> promoteWave(@PathVariable UUID id, JsonBody body) {
        WaveMove move = move(body);
        return answer(waves.promote(new CampaignId(id), move.wave(), requireNonNull(move.reason())));
    }

    @PostMapping("/{id}:skip-wave")
    ResponseEntity<Campaign> skipWave(@PathVariable UUID id, JsonBody body) {
        WaveMove move = move(body);
        return answer(waves.skip(new CampaignId(id), move.wave(), requireNonNull(move.reason())));
    }

    @PostMapping("/{id}:exclude")
    ExcludedNodes exclude(@PathVariable UUID id, JsonBody body) {
        NodeExclusion wanted = body.as(NodeExclusion.class);
        var problems = new Problems();
        problems.present("/nodes", wanted.nodes());
        problems.present("/reason", wanted.reason());
        problems.throwIfAny();
        var excluded =
                members.exclude(new CampaignId(id), requireNonNull(wanted.nodes()), requireNonNull(wanted.reason()));
        return new ExcludedNodes(
                excluded.excluded(),
                excluded.holdingPermit(),
                excluded.ended(),
                CampaignJson.shown(excluded.campaign()));
    }

    @PostMapping("/{id}:retry-failed")
    RetriedNodes retryFailed(@PathVariable UUID id, JsonBody body) {
        FailedRetry wanted = body.as(FailedRetry.class);
        var retried = members.retryFailed(new CampaignId(id), wanted.nodes());
        return new RetriedNodes(retried.retried(), CampaignJson.shown(retried.campaign()));
    }

    @PostMapping("/{id}:roll-back")
    @ResponseStatus(HttpStatus.CREATED)
    RollBackPlan rollBack(@PathVariable UUID id, JsonBody body) {
        RollBackReason wanted = body.as(RollBackReason.class);
        var problems = new Problems();
        problems.present("/reason", wanted.reason());
        problems.throwIfAny();
        var made = rollBacks.rollBack(new CampaignId(id), requireNonNull(wanted.reason()));
        return new RollBackPlan(
                made.campaigns().stream().map(CampaignJson::shown).toList(), made.leftOut());
    }

    private static WaveMove move(JsonBody body) {
        WaveMove move = body.as(WaveMove.class);
        var problems = new Problems();
        problems.present("/reason", move.reason());
        problems.throwIfAny();
        return move;
    }

    private static ResponseEntity<Campaign> answer(CampaignView campaign) {
        return Answers.of(CampaignJson.shown(campaign), campaign.version());
    }
}
