package org.maintenancemanager.core.image;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.query.ViolatedConstraint;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The images of the tenant of the call: registered as drafts, then published, perhaps withdrawn. */
@Service
public class Images {
    /** The word for an image in problems, audit and lists. */
    static final String KIND = "image";

    private static final ListQuery<Image> LIST = ListQuery.of(KIND, "image i", (row, number) -> image(row))
            .columns("i.*")
            .tenant("i.tenant_id")
            .id("i.id")
            .field("id", "i.id", FieldType.UUID)
            .field("family", "i.family", FieldType.TEXT)
            .field("version", "i.image_version", FieldType.TEXT)
            .field("releaseCounter", "i.release_counter", FieldType.LONG)
            .field("architecture", "i.architecture", FieldType.TEXT)
            .nullable("sizeBytes", "i.size_bytes", FieldType.LONG)
            .field("sha256", "i.sha256", FieldType.TEXT)
            .nullable("url", "i.url", FieldType.TEXT)
            .field("stored", "i.stored", FieldType.BOOLEAN)
            .field("severity", "i.severity", FieldType.oneOf(Severity.class))
            .field("notes", "i.notes", FieldType.TEXT)
            .field("state", "i.state", FieldType.oneOf(ImageState.class))
            .field("createdAt", "i.created_at", FieldType.INSTANT)
            .field("updatedAt", "i.updated_at", FieldType.INSTANT)
            .sort("-createdAt")
            .build();

    private final ImageRows rows;
    private final ImageJournal journal;
    private final JdbcClient jdbc;
    private final ObjectProvider<ImageUse> uses;

    /** @param uses asked for late, since those who use images ask this class about them */
    Images(ImageRows rows, ImageJournal journal, JdbcClient jdbc, ObjectProvider<ImageUse> uses) {
        this.rows = rows;
        this.journal = journal;
        this.jdbc = jdbc;
        this.uses = uses;
    }

    /** Registers all of them as drafts, or none. */
    @Transactional
    public List<Image> create(List<ImageDraft> drafts) {
        var problems = new Problems();
        for (int i = 0; i < drafts.size(); i++) {
            drafts.get(i).check("/" + i, problems);
        }
        problems.throwIfAny();
        List<ImageRow> created = drafts.stream()
                .map(draft -> rows.save(new ImageRow(new ImageId(Ids.next()), draft)))
                .toList();
        flush(drafts);
        List<Image> images = created.stream().map(ImageRow::image).toList();
        images.forEach(image -> journal.changed(KIND, "created", image.id().value(), null, image));
        return images;
    }

    /** @throws NotFound if the tenant has no such image */
    public Image load(ImageId id) {
        return LIST.load(jdbc, CallContext.current().tenant(), id.value());
    }

    /** All images of these families, and all with these bytes. */
    public List<Image> related(Collection<String> families, Collection<String> sha256) {
        return jdbc.sql("""
                        select i.* from image i
                        where i.tenant_id = :tenant and (i.family = any(:families) or i.sha256 = any(:digests))
                        order by i.release_counter
                        """)
                .param("tenant", CallContext.current().tenant().value())
                .param("families", families.toArray(String[]::new))
                .param("digests", sha256.toArray(String[]::new))
                .query((row, number) -> image(row))
                .list();
    }

    /** As {@link #load}, and nobody changes it before the caller's transaction ends. */
    Image loadLocked(ImageId id) {
        return lock(id).image();
    }

    public Page<Image> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /**
     * Changes what is said of an image. Only severity, CVEs, notes and the update path may change after it was published:
     * nodes may have all else already.
     *
     * @param revision that the caller saw
     * @param change gets what is said now, and gives what shall be said
     */
    @Transactional
    public Image change(ImageId id, long revision, UnaryOperator<ImageDraft> change) {
        ImageRow row = lock(id);
        if (row.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        Image before = row.image();
        ImageDraft wanted = change.apply(before.draft());
        var problems = new Problems();
        wanted.check("", problems);
        problems.throwIfAny();
        if (row.state() != ImageState.DRAFT && wanted.differsInContent(before.draft())) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "Image %s is %s; only severity, fixedCves, notes and path can be changed, anything else only while it is DRAFT."
                            .formatted(id, row.state()));
        }
        row.take(wanted);
        flush(List.of(wanted));
        Image after = row.image();
        if (after.revision() != before.revision()) {
            journal.changed(KIND, "changed", id.value(), before, after);
            if (!after.path().equals(before.path())) {
                waysChanged(null);
            }
        }
        return after;
    }

    /**
     * Lets campaigns and channels use it. Publishing again changes nothing.
     *
     * @throws Conflict if it was withdrawn, or nobody could fetch its bytes
     */
    @Transactional
    public Image publish(ImageId id) {
        ImageRow row = lock(id);
        Image before = row.image();
        return switch (before.state()) {
            case PUBLISHED -> before;
            case WITHDRAWN ->
                throw new Conflict(
                        ProblemType.ILLEGAL_STATE,
                        "Image %s was withdrawn; register a new one with a higher release counter.".formatted(id));
            case DRAFT -> {
                if (!before.stored() && before.url() == null) {
                    throw new Conflict(
                            ProblemType.ILLEGAL_STATE,
                            "Image %s has neither a stored artifact nor a url; upload its bytes or name a url first."
                                    .formatted(id));
                }
                if (before.sizeBytes() == null) {
                    throw new Conflict(
                            ProblemType.ILLEGAL_STATE,
                            "Image %s has no sizeBytes; name it, or upload its bytes, first.".formatted(id));
                }
                Image after = enter(row, before, ImageState.PUBLISHED, "published");
                waysChanged(after);
                yield after;
            }
        };
    }

    /** Stops every further permit and offer of it, for good. Withdrawing again changes nothing. */
    @Transactional
    public Image withdraw(ImageId id) {
        ImageRow row = lock(id);
        Image before = row.image();
        return switch (before.state()) {
            case WITHDRAWN -> before;
            case DRAFT ->
                throw new Conflict(
                        ProblemType.ILLEGAL_STATE,
                        "Image %s is DRAFT: nobody can have it, delete it instead.".formatted(id));
            case PUBLISHED -> {
                Image after = enter(row, before, ImageState.WITHDRAWN, "withdrawn");
                uses.forEach(use -> use.imageWithdrawn(after));
                waysChanged(after);
                yield after;
            }
        };
    }

    /**
     * No permit is granted any more on what was known of the ways between releases before.
     *
     * @param image that is there now, or no more, which matters only where releases like it have rules; null: the rules
     *     themselves are others
     */
    private void waysChanged(@Nullable Image image) {
        jdbc.sql("""
                        update tenant set path_version = path_version + 1
                        where id = :tenant
                          and (cast(:image as uuid) is null
                               or exists (select from image mine
                                          join image ruled
                                              on (ruled.tenant_id, ruled.family, ruled.architecture)
                                                 = (mine.tenant_id, mine.family, mine.architecture)
                                          where mine.tenant_id = :tenant and mine.id = :image
                                            and (ruled.path_floor is not null or ruled.path_barrier
                                                 or cardinality(ruled.path_forbidden_from) > 0)))
                        """)
                .param("tenant", CallContext.current().tenant().value())
                .param("image", image == null ? null : image.id().value())
                .update();
    }

    private Image enter(ImageRow row, Image before, ImageState state, String action) {
        row.enter(state);
        rows.flush();
        Image after = row.image();
        journal.changed(KIND, action, after.id().value(), before, after);
        return after;
    }

    /** @throws Conflict if it is no draft any more, or a draft campaign names it */
    @Transactional
    public void delete(ImageId id, long revision) {
        ImageRow row = lock(id);
        if (row.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        if (row.state() != ImageState.DRAFT) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "Image %s is %s; only a DRAFT can be deleted, a published one can be withdrawn."
                            .formatted(id, row.state()));
        }
        Image before = row.image();
        rows.delete(row);
        try {
            rows.flush();
        } catch (DataIntegrityViolationException refusal) {
            throw new Conflict(ProblemType.IN_USE, "Image %s is named by a campaign or channel.".formatted(id));
        }
        journal.changed(KIND, "deleted", id.value(), before, null);
    }

    /**
     * What a decision needs to know of an image.
     *
     * @throws NotFound if the tenant has no such image
     */
    public ImageFacts facts(ImageId id) {
        ImageFacts facts = facts(CallContext.current().tenant(), List.of(id)).get(id);
        if (facts == null) {
            throw new NotFound(KIND, id.toString());
        }
        return facts;
    }

    /** The facts of these images in one select; ids that the tenant does not have are left out. */
    public Map<ImageId, ImageFacts> facts(TenantId tenant, Collection<ImageId> ids) {
        Map<ImageId, ImageFacts> facts = new HashMap<>();
        jdbc.sql("""
                        select id, family, image_version, release_counter, architecture, hardware,
                               coalesce(size_bytes, 0) size_bytes, sha256,
                               coalesce(url, '/node/v1/artifacts/' || sha256) url, signature_envelope, state
                        from image
                        where tenant_id = :tenant and id = any(:ids)
                        """)
                .param("tenant", tenant.value())
                .param("ids", ids.stream().map(ImageId::value).toArray(UUID[]::new))
                .query((row, number) -> new ImageFacts(
                        new ImageId(row.getObject("id", UUID.class)),
                        row.getString("family"),
                        row.getString("image_version"),
                        row.getLong("release_counter"),
                        row.getString("architecture"),
                        Set.copyOf(texts(row, "hardware")),
                        row.getLong("size_bytes"),
                        row.getString("sha256"),
                        row.getString("url"),
                        row.getString("signature_envelope"),
                        ImageState.valueOf(row.getString("state"))))
                .list()
                .forEach(image -> facts.put(image.id(), image));
        return facts;
    }

    private ImageRow lock(ImageId id) {
        return rows.findById(id.value()).orElseThrow(() -> new NotFound(KIND, id.toString()));
    }

    private void flush(List<ImageDraft> wanted) {
        try {
            rows.flush();
        } catch (DataIntegrityViolationException refusal) {
            ViolatedConstraint constraint = ViolatedConstraint.of(refusal);
            if (constraint.kind() != ViolatedConstraint.Kind.UNIQUE) {
                throw refusal;
            }
            throw new Conflict(
                    ProblemType.CONFLICT,
                    "There can be only one image of family, architecture and version %s."
                            .formatted(ViolatedConstraint.oneOf(wanted.stream()
                                    .map(draft -> "%s, %s, %s"
                                            .formatted(draft.family(), draft.architecture(), draft.version()))
                                    .toList())));
        }
    }

    private static Image image(ResultSet row) throws SQLException {
        return new Image(
                new ImageId(row.getObject("id", UUID.class)),
                row.getString("family"),
                row.getString("image_version"),
                row.getLong("release_counter"),
                row.getString("architecture"),
                texts(row, "hardware"),
                row.getObject("size_bytes", Long.class),
                row.getString("sha256"),
                row.getString("sha1"),
                row.getString("md5"),
                row.getString("url"),
                row.getBoolean("stored"),
                row.getString("signature_envelope"),
                Severity.valueOf(row.getString("severity")),
                texts(row, "fixed_cves"),
                row.getString("notes"),
                Releases.rules(row),
                ImageState.valueOf(row.getString("state")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }
}
