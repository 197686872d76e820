package org.maintenancemanager.core.image;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.image.ArtifactStore.Expected;
import org.maintenancemanager.core.image.ArtifactStore.Intake;
import org.maintenancemanager.core.image.ArtifactStore.StoredArtifact;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.quota.Quotas;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** The bytes of images: taken in for an image's record, given out to the nodes of its tenant. */
@Service
public class Artifacts {
    /** Stands for digests that are still to be measured. */
    private static final ArtifactDigests UNMEASURED =
            new ArtifactDigests(1, "0".repeat(64), "0".repeat(40), "0".repeat(32));

    private final ArtifactStore store;
    private final Images images;
    private final ImageRows rows;
    private final ImageJournal journal;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Quotas quotas;

    Artifacts(
            ArtifactStore store,
            Images images,
            ImageRows rows,
            ImageJournal journal,
            JdbcClient jdbc,
            TransactionTemplate transaction,
            Quotas quotas) {
        this.store = store;
        this.images = images;
        this.rows = rows;
        this.journal = journal;
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.quotas = quotas;
    }

    /**
     * Keeps the bytes of an image, if they are what its record says, and fills in size, SHA-1 and MD5. No transaction is
     * open while bytes come in.
     *
     * @param announced how many bytes the sender is going to send, null if it did not say
     * @throws InvalidInput if they are not what the record says
     * @throws Conflict if there is no space, they are too many, or the image was withdrawn or changed meanwhile
     * @throws IOException if the stream broke off
     */
    public Image keep(ImageId id, @Nullable Long announced, InputStream bytes) throws IOException {
        Image image = images.load(id);
        refuseWithdrawn(image);
        if (announced != null && image.sizeBytes() != null && !announced.equals(image.sizeBytes())) {
            throw otherSize(image.sizeBytes(), announced);
        }
        Long size = image.sizeBytes() == null ? announced : image.sizeBytes();
        Intake outcome = store.receive(bytes, new Expected(size, image.sha256(), image.sha1(), image.md5()));
        ArtifactDigests digests = stored(outcome);
        return transaction.execute(status -> record(id, digests));
    }

    /**
     * Registers a draft together with its bytes: the digest is measured. For people who trust their connection; a
     * publisher names the digest before.
     *
     * @param draft without digests and size
     */
    public Image register(ImageDraft draft, @Nullable Long announced, InputStream bytes) throws IOException {
        // Before gigabytes are read for nothing.
        var problems = new Problems();
        draft.withDigests(UNMEASURED).check("", problems);
        problems.throwIfAny();
        ArtifactDigests digests = stored(store.receive(bytes, new Expected(announced, null, null, null)));
        return transaction.execute(status -> {
            Image image = images.create(List.of(draft.withDigests(digests))).getFirst();
            return record(image.id(), digests);
        });
    }

    /** The stored artifact with this digest, if it belongs to an image that the tenant has published. */
    public Optional<StoredArtifact> find(TenantId tenant, String sha256) {
        Optional<StoredArtifact> found = store.open(sha256);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        boolean published = CallContext.system(tenant, "artifacts")
                .get(() -> jdbc.sql("""
                        select exists (
                            select from image
                            where tenant_id = :tenant and sha256 = :sha256 and stored and state = 'PUBLISHED')
                        """)
                        .param("tenant", tenant.value())
                        .param("sha256", sha256)
                        .query(Boolean.class)
                        .single());
        return published ? found : Optional.empty();
    }

    /** The stored artifact with this digest, for whoever has found out already that an image of the tenant has it. */
    public Optional<StoredArtifact> open(String sha256) {
        return store.open(sha256);
    }

    private Image record(ImageId id, ArtifactDigests digests) {
        ImageRow row = rows.findById(id.value()).orElseThrow(() -> new NotFound(Images.KIND, id.toString()));
        Image before = row.image();
        if (!before.stored()) {
            quotas.requireRoomForArtifact(CallContext.current().tenant(), digests.size());
        }
        refuseWithdrawn(before);
        if (!before.sha256().equals(digests.sha256())) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "The sha256 of image %s was changed while its bytes were sent; send them again.".formatted(id));
        }
        row.stored(digests);
        rows.flush();
        Image after = row.image();
        if (after.revision() != before.revision()) {
            journal.changed(Images.KIND, "stored", id.value(), before, after);
        }
        return after;
    }

    private static void refuseWithdrawn(Image image) {
        if (image.state() == ImageState.WITHDRAWN) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE, "Image %s was withdrawn; nobody will fetch it.".formatted(image.id()));
        }
    }

    private static ArtifactDigests stored(Intake outcome) {
        return switch (outcome) {
            case Intake.Stored stored -> stored.digests();
            case Intake.OtherDigest other ->
                throw InvalidInput.at(
                        "/" + other.algorithm(),
                        "is %s, but the bytes that were sent have %s".formatted(other.expected(), other.found()));
            case Intake.OtherSize other -> throw otherSize(other.expected(), other.found());
            case Intake.TooLarge tooLarge ->
                throw new Conflict(
                        ProblemType.TOO_LARGE,
                        "An artifact may have %d bytes (manager.artifacts.max-size).".formatted(tooLarge.limit()));
            case Intake.NoSpace noSpace ->
                throw new Conflict(
                        ProblemType.UNAVAILABLE,
                        "The artifact store has space for %d more bytes only.".formatted(noSpace.free()));
            case Intake.Empty empty -> throw InvalidInput.at("", "the body is empty; send the bytes of the image");
        };
    }

    private static InvalidInput otherSize(long expected, long found) {
        return InvalidInput.at(
                "/sizeBytes",
                found > expected
                        ? "is %d, but more bytes were sent".formatted(expected)
                        : "is %d, but %d bytes were sent".formatted(expected, found));
    }
}
