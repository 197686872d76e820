package org.maintenancemanager.web.admin;

import java.util.List;
import java.util.UUID;
import org.maintenancemanager.api.admin.Channel;
import org.maintenancemanager.api.admin.NewChannel;
import org.maintenancemanager.api.admin.Promotion;
import org.maintenancemanager.core.image.ChannelDraft;
import org.maintenancemanager.core.image.ChannelId;
import org.maintenancemanager.core.image.Channels;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
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

/** Channels, and what is promoted to them. */
@RestController
@RequestMapping("/api/v1/channels")
class ChannelResource {
    private final Channels channels;

    ChannelResource(Channels channels) {
        this.channels = channels;
    }

    @GetMapping
    Page<Channel> list(ListRequest request) {
        return channels.list(request).map(ChannelResource::shown);
    }

    @GetMapping("/{id}")
    ResponseEntity<Channel> get(@PathVariable UUID id) {
        return answer(channels.load(new ChannelId(id)));
    }

    @PostMapping
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewChannel.class, this::create, "/api/v1/channels", Channel::id);
    }

    private List<Channel> create(List<NewChannel> items) {
        return channels.create(items.stream().map(ChannelResource::draft).toList()).stream()
                .map(ChannelResource::shown)
                .toList();
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Channel> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        return answer(channels.change(new ChannelId(id), ifMatch.version(), now -> draft(body.mergedInto(said(now)))));
    }

    @PostMapping("/{id}:promote")
    ResponseEntity<Channel> promote(@PathVariable UUID id, JsonBody body) {
        UUID image = body.as(Promotion.class).imageId();
        if (image == null) {
            throw InvalidInput.at("/imageId", "is required");
        }
        return answer(channels.promote(new ChannelId(id), new ImageId(image)));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, IfMatch ifMatch) {
        channels.delete(new ChannelId(id), ifMatch.version());
    }

    private static ResponseEntity<Channel> answer(org.maintenancemanager.core.image.Channel channel) {
        return Answers.of(shown(channel), channel.revision());
    }

    private static Channel shown(org.maintenancemanager.core.image.Channel channel) {
        return new Channel(
                channel.id().value(),
                channel.family(),
                channel.name(),
                channel.image() == null ? null : channel.image().value(),
                channel.createdAt(),
                channel.updatedAt(),
                channel.revision());
    }

    static ChannelDraft draft(NewChannel said) {
        return new ChannelDraft(
                said.family(), said.name(), said.imageId() == null ? null : new ImageId(said.imageId()));
    }

    static NewChannel said(ChannelDraft draft) {
        return new NewChannel(
                draft.family(),
                draft.name(),
                draft.image() == null ? null : draft.image().value());
    }
}
