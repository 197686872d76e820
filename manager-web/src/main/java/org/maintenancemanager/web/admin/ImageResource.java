package org.maintenancemanager.web.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.ForbiddenSource;
import org.maintenancemanager.api.admin.Image;
import org.maintenancemanager.api.admin.ImagePath;
import org.maintenancemanager.api.admin.ImageSeverity;
import org.maintenancemanager.api.admin.ImageState;
import org.maintenancemanager.api.admin.NewImage;
import org.maintenancemanager.core.image.Artifacts;
import org.maintenancemanager.core.image.ImageDraft;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.Images;
import org.maintenancemanager.core.image.PathRules;
import org.maintenancemanager.core.image.Severity;
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
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Images and their bytes. */
@RestController
@RequestMapping("/api/v1")
class ImageResource {
    private static final String PATH = "/api/v1/images";

    private final Images images;
    private final Artifacts artifacts;

    ImageResource(Images images, Artifacts artifacts) {
        this.images = images;
        this.artifacts = artifacts;
    }

    @GetMapping("/images")
    Page<Image> list(ListRequest request) {
        return images.list(request).map(ImageResource::shown);
    }

    @GetMapping("/images/{id}")
    ResponseEntity<Image> get(@PathVariable UUID id) {
        return answer(images.load(new ImageId(id)));
    }

    @PostMapping("/images")
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewImage.class, this::create, PATH, Image::id);
    }

    private List<Image> create(List<NewImage> items) {
        return images.create(items.stream().map(ImageResource::draft).toList()).stream()
                .map(ImageResource::shown)
                .toList();
    }

    /** Registers a draft by its bytes alone; digests and size are measured. */
    @PostMapping(path = "/images:upload", consumes = "application/octet-stream")
    ResponseEntity<Image> upload(
            @RequestParam(required = false) @Nullable String family,
            @RequestParam(required = false) @Nullable String version,
            @RequestParam(required = false) @Nullable Long releaseCounter,
            @RequestParam(required = false) @Nullable String architecture,
            @RequestParam(required = false) @Nullable List<String> hardware,
            HttpServletRequest request)
            throws IOException {
        var draft = new ImageDraft(
                family,
                version,
                releaseCounter,
                architecture,
                hardware,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        Image image = shown(UploadBody.of(request).read((size, bytes) -> artifacts.register(draft, size, bytes)));
        return ResponseEntity.created(URI.create(PATH + "/" + image.id()))
                .eTag(Answers.tag(image.revision()))
                .body(image);
    }

    /** Takes the bytes of an image that is registered; they must be what its record says. */
    @PutMapping(path = "/images/{id}/artifact", consumes = "application/octet-stream")
    ResponseEntity<Image> putArtifact(@PathVariable UUID id, HttpServletRequest request) throws IOException {
        return answer(UploadBody.of(request).read((size, bytes) -> artifacts.keep(new ImageId(id), size, bytes)));
    }

    @PatchMapping(
            path = "/images/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Image> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        return answer(images.change(new ImageId(id), ifMatch.version(), now -> draft(body.mergedInto(said(now)))));
    }

    @PostMapping("/images/{id}:publish")
    ResponseEntity<Image> publish(@PathVariable UUID id) {
        return answer(images.publish(new ImageId(id)));
    }

    @PostMapping("/images/{id}:withdraw")
    ResponseEntity<Image> withdraw(@PathVariable UUID id) {
        return answer(images.withdraw(new ImageId(id)));
    }

    @DeleteMapping("/images/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, IfMatch ifMatch) {
        images.delete(new ImageId(id), ifMatch.version());
    }

    private static ResponseEntity<Image> answer(org.maintenancemanager.core.image.Image image) {
        return Answers.of(shown(image), image.revision());
    }

    private static Image shown(org.maintenancemanager.core.image.Image image) {
        return new Image(
                image.id().value(),
                image.family(),
                image.version(),
                image.releaseCounter(),
                image.architecture(),
                image.hardware(),
                image.sizeBytes(),
                image.sha256(),
                image.sha1(),
                image.md5(),
                image.url(),
                image.stored(),
                image.signatureEnvelope(),
                ImageSeverity.valueOf(image.severity().name()),
                image.fixedCves(),
                image.notes(),
                path(image.path()),
                ImageState.valueOf(image.state().name()),
                image.createdAt(),
                image.updatedAt(),
                image.revision());
    }

    static ImageDraft draft(NewImage said) {
        return new ImageDraft(
                said.family(),
                said.version(),
                said.releaseCounter(),
                said.architecture(),
                said.hardware(),
                said.sizeBytes(),
                said.sha256(),
                said.sha1(),
                said.md5(),
                said.url(),
                said.signatureEnvelope(),
                said.severity() == null
                        ? null
                        : Severity.valueOf(said.severity().name()),
                said.fixedCves(),
                said.notes(),
                said.path() == null ? null : rules(said.path()));
    }

    static NewImage said(ImageDraft draft) {
        return new NewImage(
                draft.family(),
                draft.version(),
                draft.releaseCounter(),
                draft.architecture(),
                draft.hardware(),
                draft.sizeBytes(),
                draft.sha256(),
                draft.sha1(),
                draft.md5(),
                draft.url(),
                draft.signatureEnvelope(),
                draft.severity() == null
                        ? null
                        : ImageSeverity.valueOf(draft.severity().name()),
                draft.fixedCves(),
                draft.notes(),
                draft.path() == null ? null : path(draft.path()));
    }

    private static ImagePath path(PathRules rules) {
        return new ImagePath(
                rules.floor(),
                rules.barrier(),
                rules.forbidden().stream()
                        .map(one -> new ForbiddenSource(one.from(), one.upTo(), one.reason()))
                        .toList());
    }

    private static PathRules rules(ImagePath path) {
        return new PathRules(
                path.floor(),
                Boolean.TRUE.equals(path.barrier()),
                path.forbidden() == null
                        ? List.of()
                        : path.forbidden().stream()
                                .map(one -> new PathRules.Forbidden(one.from(), one.upTo(), one.reason()))
                                .toList());
    }
}
