package org.maintenancemanager.web.admin;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.NewBudget;
import org.maintenancemanager.api.admin.NewCampaign;
import org.maintenancemanager.api.admin.NewChannel;
import org.maintenancemanager.api.admin.NewImage;
import org.maintenancemanager.api.admin.NewPolicy;
import org.maintenancemanager.api.admin.NewSite;
import org.maintenancemanager.api.admin.NewWindow;
import org.maintenancemanager.api.admin.Site;
import org.maintenancemanager.api.admin.SiteChange;
import org.maintenancemanager.core.campaign.Budget;
import org.maintenancemanager.core.campaign.Budgets;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.Campaigns;
import org.maintenancemanager.core.campaign.Policies;
import org.maintenancemanager.core.campaign.Policy;
import org.maintenancemanager.core.campaign.PolicyDraft;
import org.maintenancemanager.core.image.Channel;
import org.maintenancemanager.core.image.Channels;
import org.maintenancemanager.core.image.Image;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.image.Images;
import org.maintenancemanager.core.node.SiteId;
import org.maintenancemanager.core.node.Sites;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Reach;
import org.maintenancemanager.core.window.Window;
import org.maintenancemanager.core.window.Windows;
import org.maintenancemanager.web.rest.JsonBody;
import org.maintenancemanager.web.rest.YamlBody;
import org.maintenancemanager.web.security.CallRights;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Does for one document what the calls do that it stands for, found by its name instead of an id: creates what is not there, changes
 * what differs, leaves alone what does not. What a document does not name stays as it is.
 */
@Component
class Documents {
    private final YamlBody yaml;
    private final Sites sites;
    private final Windows windows;
    private final Budgets budgets;
    private final Images images;
    private final Channels channels;
    private final Policies policies;
    private final Campaigns campaigns;

    Documents(
            YamlBody yaml,
            Sites sites,
            Windows windows,
            Budgets budgets,
            Images images,
            Channels channels,
            Policies policies,
            Campaigns campaigns) {
        this.yaml = yaml;
        this.sites = sites;
        this.windows = windows;
        this.budgets = budgets;
        this.images = images;
        this.channels = channels;
        this.policies = policies;
        this.campaigns = campaigns;
    }

    /** In the order in which they are applied: each may name what comes before it. */
    enum Kind {
        SITE("Site"),
        WINDOW("Window"),
        FREEZE("Freeze"),
        BUDGET("Budget"),
        IMAGE("Image"),
        CHANNEL("Channel"),
        POLICY("Policy"),
        CAMPAIGN("Campaign");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        static Optional<Kind> of(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * What became of a document.
     *
     * @param before what could be said of it; null: it was not there
     * @param changed whether anything was written
     * @param campaign that a forecast can be made of; null: none
     */
    record Outcome(
            String name,
            UUID id,
            @Nullable JsonNode before,
            JsonNode after,
            boolean changed,
            @Nullable CampaignId campaign) {}

    /** @param document without its kind */
    Outcome apply(Kind kind, ObjectNode document) {
        return switch (kind) {
            case SITE -> site(document);
            case WINDOW -> window(document, "PERMIT");
            case FREEZE -> window(document, "FREEZE");
            case BUDGET -> budget(document);
            case IMAGE -> image(document);
            case CHANNEL -> channel(document);
            case POLICY -> policy(document);
            case CAMPAIGN -> campaign(document);
        };
    }

    private Outcome site(ObjectNode document) {
        String path = text(document, "path");
        Site site = find(sites::list, "path", path, Site::path).orElse(null);
        if (site == null) {
            Site made = CallRights.as(
                    "POST",
                    "/api/v1/sites",
                    () -> sites.create(List.of(body(document).as(NewSite.class)))
                            .getFirst());
            return new Outcome(path, made.id(), null, said(made), true, null);
        }
        ObjectNode rest = document.deepCopy();
        rest.remove("path");
        Site after = CallRights.as("PATCH", "/api/v1/sites/{id}", () -> {
            requireReach("/path", path);
            return sites.change(new SiteId(site.id()), site.revision(), body(rest)::mergedInto);
        });
        return new Outcome(path, site.id(), said(site), said(after), after.revision() != site.revision(), null);
    }

    private JsonNode said(Site site) {
        return yaml.treeOf(new SiteChange(site.name(), site.zone()));
    }

    private Outcome window(ObjectNode document, String kind) {
        String name = text(document, "name");
        if (document.has("kind")) {
            throw InvalidInput.at("/kind", "is said by the document's kind");
        }
        ObjectNode whole = document.deepCopy();
        whole.put("kind", kind);
        Window window =
                find(windows::list, "name", name, it -> it.definition().name()).orElse(null);
        if (window == null) {
            Window made = CallRights.as(
                    "POST",
                    "/api/v1/windows",
                    () -> windows.create(
                                    List.of(WindowResource.draft(body(whole).as(NewWindow.class))))
                            .getFirst());
            return new Outcome(name, made.definition().id().value(), null, said(made), true, null);
        }
        if (!window.definition().kind().name().equals(kind)) {
            throw InvalidInput.at(
                    "/name", "is that of a %s".formatted(kind.equals("PERMIT") ? "freeze" : "maintenance window"));
        }
        Window after = CallRights.as(
                "PATCH",
                "/api/v1/windows/{id}",
                () -> windows.change(
                        window.definition().id(),
                        window.revision(),
                        now -> WindowResource.draft(body(whole).mergedInto(WindowResource.said(now)))));
        return new Outcome(
                name,
                window.definition().id().value(),
                said(window),
                said(after),
                after.revision() != window.revision(),
                null);
    }

    private JsonNode said(Window window) {
        return yaml.treeOf(WindowResource.said(window.draft()));
    }

    private Outcome budget(ObjectNode document) {
        String name = text(document, "name");
        Budget budget = find(budgets::list, "name", name, Budget::name).orElse(null);
        if (budget == null) {
            Budget made = CallRights.as(
                    "POST",
                    "/api/v1/budgets",
                    () -> budgets.create(
                                    List.of(BudgetResource.draft(body(document).as(NewBudget.class))))
                            .getFirst());
            return new Outcome(name, made.id().value(), null, said(made), true, null);
        }
        Budget after = CallRights.as("PATCH", "/api/v1/budgets/{id}", () -> {
            requireReach("/name", budget.sitePath());
            return budgets.change(
                    budget.id(),
                    budget.revision(),
                    now -> BudgetResource.draft(body(document).mergedInto(BudgetResource.said(now))));
        });
        return new Outcome(
                name, budget.id().value(), said(budget), said(after), after.revision() != budget.revision(), null);
    }

    private JsonNode said(Budget budget) {
        return yaml.treeOf(BudgetResource.said(budget.draft()));
    }

    private Outcome image(ObjectNode document) {
        ObjectNode rest = document.deepCopy();
        boolean publish = flag(rest, "publish");
        String family = text(document, "family");
        String version = text(document, "version");
        String architecture = text(document, "architecture");
        String name = "%s %s %s".formatted(family, version, architecture);
        Image image = images(family, version).stream()
                .filter(it -> it.architecture().equals(architecture))
                .findFirst()
                .orElse(null);
        Image after;
        if (image == null) {
            after = CallRights.as(
                    "POST",
                    "/api/v1/images",
                    () -> images.create(List.of(ImageResource.draft(body(rest).as(NewImage.class))))
                            .getFirst());
        } else {
            after = CallRights.as(
                    "PATCH",
                    "/api/v1/images/{id}",
                    () -> images.change(
                            image.id(),
                            image.revision(),
                            now -> ImageResource.draft(body(rest).mergedInto(ImageResource.said(now)))));
        }
        if (publish && after.state() != ImageState.PUBLISHED) {
            Image draft = after;
            after = CallRights.as("POST", "/api/v1/images/{id}:publish", () -> images.publish(draft.id()));
        }
        return new Outcome(
                name,
                after.id().value(),
                image == null ? null : said(image),
                said(after),
                image == null || after.revision() != image.revision(),
                null);
    }

    private JsonNode said(Image image) {
        ObjectNode said = (ObjectNode) yaml.treeOf(ImageResource.said(image.draft()));
        return said.put("state", image.state().name());
    }

    private Outcome channel(ObjectNode document) {
        String family = text(document, "family");
        String channelName = text(document, "name");
        ObjectNode rest = document.deepCopy();
        resolveImage(rest, family);
        Channel channel = channel(family, channelName).orElse(null);
        Channel after = channel == null
                ? CallRights.as(
                        "POST",
                        "/api/v1/channels",
                        () -> channels.create(
                                        List.of(ChannelResource.draft(body(rest).as(NewChannel.class))))
                                .getFirst())
                : CallRights.as(
                        "PATCH",
                        "/api/v1/channels/{id}",
                        () -> channels.change(
                                channel.id(),
                                channel.revision(),
                                now -> ChannelResource.draft(body(rest).mergedInto(ChannelResource.said(now)))));
        return new Outcome(
                family + " " + channelName,
                after.id().value(),
                channel == null ? null : said(channel),
                said(after),
                channel == null || after.revision() != channel.revision(),
                null);
    }

    private JsonNode said(Channel channel) {
        return yaml.treeOf(ChannelResource.said(channel.draft()));
    }

    private Outcome policy(ObjectNode document) {
        String name = text(document, "name");
        ObjectNode rest = document.deepCopy();
        if (rest.has("channel")) {
            String family = text(rest, "family");
            String channelName = text(rest, "channel");
            Channel channel = channel(family, channelName)
                    .orElseThrow(() -> InvalidInput.at(
                            "/channel", "there is no channel %s of family %s".formatted(channelName, family)));
            rest.remove("family");
            rest.remove("channel");
            rest.put("channelId", channel.id().toString());
        }
        if (rest.get("template") instanceof ObjectNode template) {
            resolveWindows(template, "/template");
        }
        Policy policy = find(policies::list, "name", name, Policy::name).orElse(null);
        Policy after = policy == null
                ? CallRights.as(
                        "POST",
                        "/api/v1/policies",
                        () -> policies.create(List.of(draft(body(rest).as(NewPolicy.class))))
                                .getFirst())
                : CallRights.as(
                        "PATCH",
                        "/api/v1/policies/{id}",
                        () -> policies.change(
                                policy.id(),
                                policy.revision(),
                                now -> draft(body(rest).mergedInto(PolicyJson.editable(now)))));
        boolean changed = policy == null || after.revision() != policy.revision();
        return new Outcome(
                name,
                after.id().value(),
                policy == null ? null : yaml.treeOf(PolicyJson.editable(policy.draft())),
                yaml.treeOf(PolicyJson.editable(after.draft())),
                changed,
                changed ? after.campaign() : null);
    }

    private static PolicyDraft draft(NewPolicy wanted) {
        var problems = new Problems();
        PolicyDraft draft = PolicyJson.draft("", wanted, problems);
        problems.throwIfAny();
        return draft;
    }

    private Outcome campaign(ObjectNode document) {
        String name = text(document, "name");
        ObjectNode rest = document.deepCopy();
        boolean start = flag(rest, "start");
        resolveImage(rest, null);
        resolveWindows(rest, "");
        CampaignView campaign =
                find(campaigns::list, "name", name, it -> it.spec().name()).orElse(null);
        CampaignView after;
        if (campaign == null) {
            after = CallRights.as(
                    "POST",
                    "/api/v1/campaigns",
                    () -> campaigns.create(CampaignJson.spec(body(rest).as(NewCampaign.class))));
        } else {
            NewCampaign merged = body(rest).mergedInto(CampaignJson.editable(campaign.spec()));
            CampaignSpec wanted = Campaigns.withLastWave(CampaignJson.spec(merged));
            after = wanted.equals(campaign.spec())
                    ? campaign
                    : CallRights.as(
                            "PATCH",
                            "/api/v1/campaigns/{id}",
                            () -> campaigns.edit(campaign.id(), campaign.version(), wanted));
        }
        if (start && after.state() == CampaignState.DRAFT) {
            CampaignView draft = after;
            after = CallRights.as("POST", "/api/v1/campaigns/{id}:start", () -> campaigns.start(draft.id()));
        }
        boolean changed = campaign == null || after.version() != campaign.version();
        return new Outcome(
                name,
                after.id().value(),
                campaign == null ? null : said(campaign),
                said(after),
                changed,
                changed && !after.state().isEnded() ? after.id() : null);
    }

    private JsonNode said(CampaignView campaign) {
        ObjectNode said = (ObjectNode) yaml.treeOf(CampaignJson.editable(campaign.spec()));
        return said.put("state", campaign.state().name());
    }

    private JsonBody body(JsonNode document) {
        return yaml.body(document);
    }

    /** {@code image: 1.4.2}, or with the family and, where it matters, the architecture: instead of an id. */
    private void resolveImage(ObjectNode document, @Nullable String ownFamily) {
        JsonNode said = document.get("image");
        if (said == null) {
            return;
        }
        if (document.has("imageId")) {
            throw InvalidInput.at("/image", "and imageId cannot both be there");
        }
        document.remove("image");
        if (said.isNull()) {
            document.putNull("imageId");
            return;
        }
        String version;
        String family = ownFamily;
        String architecture = null;
        if (said instanceof ObjectNode object) {
            for (String field : object.propertyNames()) {
                if (!List.of("family", "version", "architecture").contains(field)) {
                    throw InvalidInput.at(
                            "/image/" + field, "is not known here; allowed are family, version, architecture");
                }
            }
            version = text(object, "version", "/image/version");
            architecture = object.has("architecture") ? text(object, "architecture", "/image/architecture") : null;
            family = object.has("family") ? text(object, "family", "/image/family") : ownFamily;
        } else {
            version = text(said, "/image");
        }
        if (family == null) {
            throw InvalidInput.at("/image/family", "is required");
        }
        String wanted = architecture;
        List<Image> found = images(family, version).stream()
                .filter(image -> wanted == null || image.architecture().equals(wanted))
                .toList();
        if (found.size() != 1) {
            throw InvalidInput.at(
                    "/image",
                    found.isEmpty()
                            ? "there is no image %s %s%s"
                                    .formatted(family, version, wanted == null ? "" : " for " + wanted)
                            : "names several images: say the architecture as well, one of "
                                    + found.stream()
                                            .map(Image::architecture)
                                            .sorted()
                                            .toList());
        }
        document.put("imageId", found.getFirst().id().toString());
    }

    /** Windows and freezes of an escalation, by their names instead of ids. */
    private void resolveWindows(ObjectNode document, String at) {
        if (!(document.path("schedule").path("escalation") instanceof ObjectNode escalation)) {
            return;
        }
        for (String field : List.of("windows", "freezes")) {
            if (escalation.get(field) instanceof ArrayNode names) {
                ArrayNode ids = names.arrayNode();
                for (int i = 0; i < names.size(); i++) {
                    String pointer = "%s/schedule/escalation/%s/%d".formatted(at, field, i);
                    String name = text(requireNonNull(names.get(i)), pointer);
                    ids.add(find(
                                    windows::list,
                                    "name",
                                    name,
                                    it -> it.definition().name())
                            .map(window -> window.definition().id().toString())
                            .orElse(name));
                }
                escalation.set(field, ids);
            }
        }
    }

    private List<Image> images(String family, String version) {
        return images.list(new ListRequestOf("family", family).and("version", version)).items().stream()
                .filter(image ->
                        image.family().equals(family) && image.version().equals(version))
                .toList();
    }

    private Optional<Channel> channel(String family, String name) {
        return channels.list(new ListRequestOf("family", family).and("name", name)).items().stream()
                .filter(channel ->
                        channel.family().equals(family) && channel.name().equals(name))
                .findFirst();
    }

    /** What has exactly this name; what lies outside of the caller's sites is not found. */
    private static <T> Optional<T> find(
            Function<ListRequest, Page<T>> list, String field, String name, Function<T, String> nameOf) {
        return list.apply(new ListRequestOf(field, name).alone()).items().stream()
                .filter(item -> nameOf.apply(item).equals(name))
                .findFirst();
    }

    /** A filter for equality with names as they are. */
    private record ListRequestOf(String field, String value) {
        ListRequest alone() {
            return request(filter(field, value));
        }

        ListRequest and(String other, String otherValue) {
            return request(filter(field, value) + ";" + filter(other, otherValue));
        }

        private static ListRequest request(String filter) {
            return ListRequest.of(filter, null, null, ListRequest.MAX_LIMIT);
        }

        private static String filter(String field, String value) {
            return "%s==\"%s\"".formatted(field, value.replace("\\", "\\\\").replace("\"", "\\\""));
        }
    }

    /** @param site null: it belongs to none, and so to the whole tenant */
    private static void requireReach(String pointer, @Nullable String site) {
        Reach reach = CallContext.reach();
        if (site == null ? !reach.everywhere() : !reach.covers(site)) {
            throw InvalidInput.at(pointer, "lies outside of the sites where you may change any");
        }
    }

    private static boolean flag(ObjectNode document, String field) {
        JsonNode said = document.remove(field);
        if (said == null || said.isNull()) {
            return false;
        }
        if (!said.isBoolean()) {
            throw InvalidInput.at("/" + field, "is not true or false");
        }
        return said.asBoolean();
    }

    private static String text(ObjectNode document, String field) {
        return text(document, field, "/" + field);
    }

    private static String text(ObjectNode document, String field, String pointer) {
        JsonNode said = document.get(field);
        if (said == null || said.isNull()) {
            throw InvalidInput.at(pointer, "is required");
        }
        return text(said, pointer);
    }

    private static String text(JsonNode said, String pointer) {
        if (!said.isString()) {
            throw InvalidInput.at(
                    pointer, "is no text" + (said.isValueNode() ? "; write it in quotes: \"" + said + "\"" : ""));
        }
        return said.asString();
    }

    /** All kinds, as they are written. */
    static List<String> kinds() {
        List<String> words = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            words.add(kind.word());
        }
        return words;
    }
}
