package org.maintenancemanager.core.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.testing.CoreTest;
import org.maintenancemanager.testing.TestTenant;
import org.springframework.jdbc.core.simple.JdbcClient;

@CoreTest
class ImagesTest {
    private static final byte[] HELLO = "hello".getBytes(US_ASCII);
    private static final String HELLO_SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    private final Images images;
    private final Channels channels;
    private final Artifacts artifacts;
    private final JdbcClient jdbc;
    private final TestTenant tenant;

    ImagesTest(Images images, Channels channels, Artifacts artifacts, JdbcClient jdbc) {
        this.images = images;
        this.channels = channels;
        this.artifacts = artifacts;
        this.jdbc = jdbc;
        tenant = TestTenant.create(jdbc);
    }

    @Test
    void imageComesBackAsItWasRegistered() {
        var draft = new ImageDraft(
                "edge-os",
                "3.0.1+build~7",
                7L,
                "x86_64",
                List.of("NUC 13", "R640"),
                1L << 40,
                HELLO_SHA256,
                "0".repeat(40),
                "1".repeat(32),
                "https://cdn.example:8443/a%20b/os.raw?x=1",
                "{\"payload\":\"...\"}",
                Severity.HIGH,
                List.of("CVE-2026-1234"),
                "Two\nlines, ä and 🙂");

        Image created = tenant.as(() -> create(draft));

        assertThat(created.draft()).isEqualTo(draft);
        assertThat(created.state()).isEqualTo(ImageState.DRAFT);
        assertThat(tenant.as(() -> images.load(created.id()))).isEqualTo(created);
        assertThat(tenant.as(() -> images.list(new ListRequest("version==3.0*;severity==HIGH", null, null, 50)))
                        .items())
                .containsExactly(created);
        assertThat(tenant.audited(created.id())).containsExactly("image.created");
    }

    static Stream<Arguments> badFields() {
        return Stream.of(
                bad("/family", d -> with(d, "family", null)),
                bad("/family", d -> with(d, "family", "a b")),
                bad("/family", d -> with(d, "family", "")),
                bad("/version", d -> with(d, "version", null)),
                bad("/version", d -> with(d, "version", "1.0\u0000")),
                bad("/version", d -> with(d, "version", "v".repeat(101))),
                bad("/releaseCounter", d -> with(d, "releaseCounter", null)),
                bad("/releaseCounter", d -> with(d, "releaseCounter", -1L)),
                bad("/architecture", d -> with(d, "architecture", null)),
                bad("/architecture", d -> with(d, "architecture", "x86/64")),
                bad("/hardware/1", d -> with(d, "hardware", List.of("a", "a"))),
                bad("/hardware/0", d -> with(d, "hardware", List.of(" a"))),
                bad(
                        "/hardware",
                        d -> with(d, "hardware", List.of("x ".repeat(101).split(" ")))),
                bad("/sizeBytes", d -> with(d, "sizeBytes", 0L)),
                bad("/sizeBytes", d -> with(d, "sizeBytes", -5L)),
                bad("/sha256", d -> with(d, "sha256", null)),
                bad("/sha256", d -> with(d, "sha256", HELLO_SHA256.substring(1))),
                bad("/sha256", d -> with(d, "sha256", HELLO_SHA256.toUpperCase(Locale.ROOT))),
                bad("/sha256", d -> with(d, "sha256", "g".repeat(64))),
                bad("/sha1", d -> with(d, "sha1", "0".repeat(39))),
                bad("/md5", d -> with(d, "md5", "0".repeat(33))),
                bad("/url", d -> with(d, "url", "ftp://host/os.raw")),
                bad("/url", d -> with(d, "url", "file:///etc/passwd")),
                bad("/url", d -> with(d, "url", "/os.raw")),
                bad("/url", d -> with(d, "url", "https:///os.raw")),
                bad("/url", d -> with(d, "url", "https://user:secret@host/os.raw")),
                bad("/url", d -> with(d, "url", "https://host/os.raw#top")),
                bad("/url", d -> with(d, "url", "https://host/a b")),
                bad("/url", d -> with(d, "url", "https://host:99999/a")),
                bad("/url", d -> with(d, "url", "https://host/" + "a".repeat(2048))),
                bad("/fixedCves/0", d -> with(d, "fixedCves", List.of("CVE-26-1"))),
                bad("/notes", d -> with(d, "notes", "n".repeat(16385))),
                bad("/notes", d -> with(d, "notes", "\u001b[2J")),
                bad("/signatureEnvelope", d -> with(d, "signatureEnvelope", "s".repeat(65537))));
    }

    @ParameterizedTest(name = "{0} {index}")
    @MethodSource("badFields")
    void badFieldIsNamedAndNothingIsWritten(String pointer, UnaryOperator<ImageDraft> spoil) {
        ImageDraft bad = spoil.apply(draft("1.0"));
        var refusal = catchThrowableOfType(InvalidInput.class, () -> tenant.as(() -> create(bad)));
        assertThat(refusal.problems()).extracting(FieldProblem::pointer).containsExactly("/0" + pointer);

        var bulk = catchThrowableOfType(
                InvalidInput.class, () -> tenant.as(() -> images.create(List.of(draft("1.1"), bad))));
        assertThat(bulk.problems()).extracting(FieldProblem::pointer).containsExactly("/1" + pointer);
        assertThat(tenant.as(() -> images.list(ListRequest.first())).items()).isEmpty();
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        var nothing =
                new ImageDraft(null, null, null, null, null, null, null, null, null, null, null, null, null, null);
        var refusal = catchThrowableOfType(InvalidInput.class, () -> tenant.as(() -> create(nothing)));
        assertThat(refusal.problems())
                .extracting(FieldProblem::pointer)
                .containsExactly("/0/family", "/0/version", "/0/releaseCounter", "/0/architecture", "/0/sha256");
    }

    @Test
    void sameVersionTwiceIsAConflict() {
        tenant.as(() -> create(draft("1.0")));
        assertConflict(ProblemType.CONFLICT, () -> create(draft("1.0")));
        assertConflict(ProblemType.CONFLICT, () -> images.create(List.of(draft("2.0"), draft("1.0"))));
        assertThatThrownBy(() -> tenant.as(() -> images.create(List.of(draft("3.0"), draft("3.0")))))
                .hasMessageContaining("'edge-os, x86_64, 3.0'");
        assertThat(tenant.as(() -> images.list(ListRequest.first())).items()).hasSize(1);
    }

    @Test
    void imageWithoutBytesOrUrlCannotBePublished() {
        Image noBytes = tenant.as(() -> create(draft("1.0")));
        assertConflict(ProblemType.ILLEGAL_STATE, () -> images.publish(noBytes.id()));

        Image noSize =
                tenant.as(() -> create(with(with(draft("2.0"), "url", "http://cdn.example/os"), "sizeBytes", null)));
        assertConflict(ProblemType.ILLEGAL_STATE, () -> images.publish(noSize.id()));
    }

    @Test
    void uploadFillsInWhatWasMeasuredAndMakesItPublishable() {
        Image draft = tenant.as(() -> create(with(draft("1.0"), "sizeBytes", null)));

        Image stored = tenant.as(() -> artifacts.keep(draft.id(), 5L, new ByteArrayInputStream(HELLO)));
        assertThat(stored.stored()).isTrue();
        assertThat(stored.sizeBytes()).isEqualTo(5);
        assertThat(stored.sha1()).isEqualTo("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
        assertThat(stored.md5()).isEqualTo("5d41402abc4b2a76b9719d911017c592");
        assertThat(artifacts.find(tenant.id(), HELLO_SHA256)).isEmpty();

        Image published = tenant.as(() -> images.publish(draft.id()));
        assertThat(published.state()).isEqualTo(ImageState.PUBLISHED);
        assertThat(artifacts.find(tenant.id(), HELLO_SHA256).orElseThrow().path())
                .hasBinaryContent(HELLO);
        assertThat(tenant.as(() -> images.facts(draft.id())))
                .isEqualTo(new ImageFacts(
                        draft.id(),
                        "edge-os",
                        "1.0",
                        1,
                        "x86_64",
                        java.util.Set.of(),
                        5,
                        HELLO_SHA256,
                        "/node/v1/artifacts/" + HELLO_SHA256,
                        null,
                        ImageState.PUBLISHED));
        assertThat(tenant.audited(draft.id())).containsExactly("image.created", "image.stored", "image.published");
        assertThat(tenant.as(() -> images.publish(draft.id()))).isEqualTo(published);
    }

    @Test
    void bytesThatAreNotWhatTheRecordSaysAreRefused() {
        Image draft = tenant.as(() -> create(with(draft("1.0"), "sha256", "0".repeat(64))));
        assertRefused("/sizeBytes", () -> artifacts.keep(draft.id(), 4L, new ByteArrayInputStream(HELLO, 0, 4)));
        assertRefused("/sizeBytes", () -> artifacts.keep(draft.id(), null, new ByteArrayInputStream(HELLO, 0, 4)));
        assertRefused("/sha256", () -> artifacts.keep(draft.id(), null, new ByteArrayInputStream(HELLO)));
        assertThat(tenant.as(() -> images.load(draft.id())).stored()).isFalse();
    }

    @Test
    void imageCanBeRegisteredTogetherWithItsBytes() {
        ImageDraft unmeasured = with(with(draft("1.0"), "sizeBytes", null), "sha256", null);
        Image image = tenant.as(() -> artifacts.register(unmeasured, null, new ByteArrayInputStream(HELLO)));
        assertThat(image.sha256()).isEqualTo(HELLO_SHA256);
        assertThat(image.stored()).isTrue();

        var unread = new ByteArrayInputStream(HELLO);
        assertRefused("/family", () -> artifacts.register(with(unmeasured, "family", null), null, unread));
        assertThat(unread.available()).isEqualTo(5);
    }

    @Test
    void otherDigestMeansThatOtherBytesAreNeeded() {
        Image draft = tenant.as(() -> create(draft("1.0")));
        Image stored = tenant.as(() -> artifacts.keep(draft.id(), null, new ByteArrayInputStream(HELLO)));
        Image changed =
                tenant.as(() -> images.change(draft.id(), stored.revision(), d -> with(d, "sha256", "0".repeat(64))));
        assertThat(changed.stored()).isFalse();
    }

    @Test
    void onlyWhatPeopleAreToldChangesAfterPublishing() {
        Image published = published("1.0");
        assertConflict(
                ProblemType.ILLEGAL_STATE,
                () -> images.change(published.id(), published.revision(), d -> with(d, "releaseCounter", 2L)));

        Image changed = tenant.as(() -> images.change(
                published.id(), published.revision(), d -> with(with(d, "notes", "x"), "severity", Severity.CRITICAL)));
        assertThat(changed.notes()).isEqualTo("x");
        assertThat(changed.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(changed.revision()).isGreaterThan(published.revision());
    }

    @Test
    void secondOfTwoEditorsIsTold() {
        Image draft = tenant.as(() -> create(draft("1.0")));
        tenant.as(() -> images.change(draft.id(), draft.revision(), d -> with(d, "notes", "first")));
        assertThatThrownBy(() ->
                        tenant.as(() -> images.change(draft.id(), draft.revision(), d -> with(d, "notes", "second"))))
                .isInstanceOf(StaleVersion.class);
        assertThat(tenant.as(() -> images.load(draft.id())).notes()).isEqualTo("first");
    }

    @Test
    void withdrawnImageStaysWithdrawn() {
        Image published = published("1.0");
        assertThat(tenant.as(() -> images.withdraw(published.id())).state()).isEqualTo(ImageState.WITHDRAWN);
        assertThat(tenant.as(() -> images.withdraw(published.id())).state()).isEqualTo(ImageState.WITHDRAWN);
        assertConflict(ProblemType.ILLEGAL_STATE, () -> images.publish(published.id()));
        assertConflict(
                ProblemType.ILLEGAL_STATE, () -> artifacts.keep(published.id(), null, new ByteArrayInputStream(HELLO)));
        assertThat(jdbc.sql("select kind from outbox where object_id = :id order by id")
                        .param("id", published.id().toString())
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrder("image.created", "image.published", "image.withdrawn");
    }

    @Test
    void onlyDraftsCanBeDeleted() {
        Image draft = tenant.as(() -> create(draft("1.0")));
        tenant.run(() -> images.delete(draft.id(), draft.revision()));
        assertThatThrownBy(() -> tenant.as(() -> images.load(draft.id()))).isInstanceOf(NotFound.class);

        Image published = published("2.0");
        assertConflict(ProblemType.ILLEGAL_STATE, () -> {
            images.delete(published.id(), published.revision());
            return published;
        });
    }

    @Test
    void otherTenantsImagesAreNotThere() {
        Image image = published("1.0");
        TestTenant other = TestTenant.create(jdbc);
        assertThatThrownBy(() -> other.as(() -> images.load(image.id()))).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> other.as(() -> images.facts(image.id()))).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> other.as(() -> images.withdraw(image.id()))).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> other.as(() -> images.change(image.id(), image.revision(), d -> d)))
                .isInstanceOf(NotFound.class);
        assertThat(other.as(() -> images.list(ListRequest.first())).items()).isEmpty();
        assertThat(artifacts.find(other.id(), image.sha256())).isEmpty();
    }

    @Test
    void channelTakesPublishedImagesOfItsFamilyOnly() {
        Image published = published("1.0");
        Image draft = tenant.as(() -> create(draft("2.0")));
        Channel channel = tenant.as(() -> create(new ChannelDraft("edge-os", "stable", null)));
        Channel foreign = tenant.as(() -> create(new ChannelDraft("other-os", "stable", null)));

        assertRefused("/imageId", () -> channels.promote(channel.id(), draft.id()));
        assertRefused("/imageId", () -> channels.promote(foreign.id(), published.id()));
        assertRefused(
                "/imageId",
                () -> channels.promote(channel.id(), new ImageId(channel.id().value())));
        assertRefused("/0/imageId", () -> channels.create(List.of(new ChannelDraft("edge-os", "beta", draft.id()))));

        Channel promoted = tenant.as(() -> channels.promote(channel.id(), published.id()));
        assertThat(promoted.image()).isEqualTo(published.id());
        assertThat(tenant.as(() -> channels.load(channel.id()))).isEqualTo(promoted);
        assertThat(tenant.audited(channel.id())).containsExactly("channel.created", "channel.promoted");
        assertThat(tenant.as(() -> channels.list(new ListRequest("imageId==" + published.id(), null, null, 10)))
                        .items())
                .containsExactly(promoted);
    }

    @Test
    void channelNamesAreUniqueInTheirFamily() {
        Channel stable = tenant.as(() -> create(new ChannelDraft("edge-os", "stable", null)));
        Channel beta = tenant.as(() -> create(new ChannelDraft("edge-os", "beta", null)));
        assertConflict(ProblemType.CONFLICT, () -> create(new ChannelDraft("edge-os", "stable", null)));
        assertConflict(
                ProblemType.CONFLICT,
                () -> channels.change(beta.id(), beta.revision(), d -> new ChannelDraft("edge-os", "stable", null)));
        assertRefused(
                "/family",
                () -> channels.change(beta.id(), beta.revision(), d -> new ChannelDraft("other", "beta", null)));
        assertRefused("/0/name", () -> create(new ChannelDraft("edge-os", " ", null)));
        tenant.run(() -> channels.delete(stable.id(), stable.revision()));
        assertThat(tenant.as(() -> channels.list(ListRequest.first())).items()).containsExactly(beta);
    }

    private Image create(ImageDraft draft) {
        return images.create(List.of(draft)).getFirst();
    }

    private Channel create(ChannelDraft draft) {
        return channels.create(List.of(draft)).getFirst();
    }

    private Image published(String version) {
        ImageDraft draft = with(draft(version), "url", "https://cdn.example/os.raw");
        return tenant.as(() -> images.publish(create(draft).id()));
    }

    private void assertConflict(ProblemType type, java.util.concurrent.Callable<?> work) {
        var refusal = catchThrowableOfType(Conflict.class, () -> tenant.as(work));
        assertThat(refusal).isNotNull();
        assertThat(refusal.type()).isEqualTo(type);
    }

    private void assertRefused(String pointer, java.util.concurrent.Callable<?> work) {
        var refusal = catchThrowableOfType(InvalidInput.class, () -> tenant.as(work));
        assertThat(refusal).isNotNull();
        assertThat(refusal.problems()).extracting(FieldProblem::pointer).containsExactly(pointer);
    }

    private static Arguments bad(String pointer, UnaryOperator<ImageDraft> spoil) {
        return Arguments.of(pointer, spoil);
    }

    private static ImageDraft draft(String version) {
        return new ImageDraft(
                "edge-os", version, 1L, "x86_64", null, 5L, HELLO_SHA256, null, null, null, null, null, null, null);
    }

    /** The draft with another value in one field. */
    @SuppressWarnings("unchecked")
    private static ImageDraft with(ImageDraft d, String field, @Nullable Object value) {
        return new ImageDraft(
                field.equals("family") ? (String) value : d.family(),
                field.equals("version") ? (String) value : d.version(),
                field.equals("releaseCounter") ? (Long) value : d.releaseCounter(),
                field.equals("architecture") ? (String) value : d.architecture(),
                field.equals("hardware") ? (List<String>) value : d.hardware(),
                field.equals("sizeBytes") ? (Long) value : d.sizeBytes(),
                field.equals("sha256") ? (String) value : d.sha256(),
                field.equals("sha1") ? (String) value : d.sha1(),
                field.equals("md5") ? (String) value : d.md5(),
                field.equals("url") ? (String) value : d.url(),
                field.equals("signatureEnvelope") ? (String) value : d.signatureEnvelope(),
                field.equals("severity") ? (Severity) value : d.severity(),
                field.equals("fixedCves") ? (List<String>) value : d.fixedCves(),
                field.equals("notes") ? (String) value : d.notes());
    }
}
