package org.maintenancemanager.web.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.NewCampaign;
import org.maintenancemanager.api.admin.NewPolicy;
import org.maintenancemanager.api.admin.Policy;
import org.maintenancemanager.core.campaign.CampaignTemplate;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.campaign.PolicyDraft;
import org.maintenancemanager.core.image.ChannelId;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.query.Problems;

/** Policies between JSON and the core. */
final class PolicyJson {
    private static final NewCampaign EMPTY =
            new NewCampaign(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    private static final CampaignTemplate SAFE = template(EMPTY);

    private PolicyJson() {}

    /** What only JSON can get wrong is added to the problems; then what comes back is not meant to be used. */
    static PolicyDraft draft(String at, NewPolicy wanted, Problems problems) {
        NewCampaign template = wanted.template() == null ? EMPTY : wanted.template();
        String pointer = at + "/template";
        absent(pointer + "/name", template.name(), problems);
        absent(pointer + "/imageId", template.imageId(), problems);
        absent(pointer + "/selector", template.selector(), problems);
        absent(pointer + "/allNodes", template.allNodes(), problems);
        absent(pointer + "/startsAt", template.startsAt(), problems);
        var inside = new Problems();
        CampaignJson.check(pointer, named(template), inside);
        problems.addAll(inside);
        problems.text(at + "/selector", wanted.selector(), CampaignJson.LONGEST_SELECTOR);
        return new PolicyDraft(
                wanted.name(),
                wanted.channelId() == null ? null : new ChannelId(wanted.channelId()),
                wanted.selector() == null ? "" : wanted.selector(),
                Boolean.TRUE.equals(wanted.allNodes()),
                !Boolean.FALSE.equals(wanted.enabled()),
                inside.isEmpty() ? template(template) : SAFE);
    }

    private static void absent(String pointer, @Nullable Object value, Problems problems) {
        if (value != null) {
            problems.add(pointer, "cannot be said for campaigns that are yet to come");
        }
    }

    private static CampaignTemplate template(NewCampaign checked) {
        return CampaignTemplate.of(Campaigns.withLastWave(CampaignJson.complete(named(checked))));
    }

    /** With what a campaign must have and a template must not. */
    private static NewCampaign named(NewCampaign template) {
        return new NewCampaign(
                "any",
                new UUID(0, 0),
                null,
                true,
                template.waves(),
                template.maxInFlight(),
                template.maxFailures(),
                template.prestage(),
                template.allowDowngrade(),
                template.permitLimit(),
                template.neededTime(),
                template.bootDeadline(),
                null,
                template.schedule(),
                template.rules());
    }

    static NewPolicy editable(PolicyDraft said) {
        return new NewPolicy(
                said.name(),
                said.channel() == null ? null : said.channel().value(),
                said.selector().isEmpty() ? null : said.selector(),
                said.allNodes() ? Boolean.TRUE : null,
                said.enabled(),
                shown(said.template()));
    }

    private static NewCampaign shown(CampaignTemplate template) {
        NewCampaign all = CampaignJson.editable(template.spec("any", new ImageId(new UUID(0, 0)), "", true));
        return new NewCampaign(
                null,
                null,
                null,
                null,
                all.waves(),
                all.maxInFlight(),
                all.maxFailures(),
                all.prestage(),
                all.allowDowngrade(),
                all.permitLimit(),
                all.neededTime(),
                all.bootDeadline(),
                null,
                all.schedule(),
                all.rules());
    }

    static Policy shown(org.maintenancemanager.core.campaign.Policy policy) {
        return new Policy(
                policy.id().value(),
                policy.name(),
                policy.channel().value(),
                policy.channelName(),
                policy.family(),
                policy.image() == null ? null : policy.image().value(),
                policy.selector().isEmpty() ? null : policy.selector(),
                policy.allNodes(),
                policy.enabled(),
                shown(policy.template()),
                policy.campaign() == null ? null : policy.campaign().value(),
                policy.createdAt(),
                policy.updatedAt(),
                policy.revision());
    }
}
