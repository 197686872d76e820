package org.maintenancemanager.core.campaign;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.image.ChannelId;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.query.Problems;

/**
 * What people say of a policy: not checked yet. Field names are those of the API, where the channel is {@code channelId}.
 *
 * @param selector which nodes; empty only together with {@code allNodes}
 * @param enabled whether it makes campaigns
 */
public record PolicyDraft(
        @Nullable String name,
        @Nullable ChannelId channel,
        String selector,
        boolean allNodes,
        boolean enabled,
        CampaignTemplate template) {
    /** So that a campaign's name can hold the policy's with the version of an image. */
    static final int LONGEST_NAME = 150;

    private static final ImageId ANY = new ImageId(new UUID(0, 0));

    /** The same, which makes no campaigns. */
    public PolicyDraft disabled() {
        return new PolicyDraft(name, channel, selector, allNodes, false, template);
    }

    void check(String pointer, Problems problems) {
        problems.line(pointer + "/name", name, LONGEST_NAME);
        problems.present(pointer + "/channelId", channel);
        for (var problem : CampaignCheck.problems(template.spec("any", ANY, selector, allNodes), false)) {
            boolean own =
                    problem.pointer().equals("/selector") || problem.pointer().equals("/allNodes");
            problems.add(pointer + (own ? "" : "/template") + problem.pointer(), problem.message());
        }
        if (template.schedule().endsAt() != null) {
            problems.add(pointer + "/template/schedule/endsAt", "cannot be said for campaigns that are yet to come");
        }
        if (template.schedule().deadline() != null) {
            problems.add(pointer + "/template/schedule/deadline", "cannot be said for campaigns that are yet to come");
        }
    }
}
