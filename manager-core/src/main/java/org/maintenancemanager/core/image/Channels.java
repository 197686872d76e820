package org.maintenancemanager.core.image;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.NotFound;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.query.StaleVersion;
import org.maintenancemanager.core.query.ViolatedConstraint;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Ids;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The channels of the tenant of the call. */
@Service
public class Channels {
    private static final String KIND = "channel";

    private static final ListQuery<Channel> LIST = ListQuery.of(KIND, "channel c", (row, number) -> channel(row))
            .columns("c.*")
            .tenant("c.tenant_id")
            .id("c.id")
            .field("id", "c.id", FieldType.UUID)
            .field("family", "c.family", FieldType.TEXT)
            .field("name", "c.name", FieldType.TEXT)
            .nullable("imageId", "c.image_id", FieldType.UUID)
            .field("createdAt", "c.created_at", FieldType.INSTANT)
            .field("updatedAt", "c.updated_at", FieldType.INSTANT)
            .sort("family,name")
            .build();

    private final ChannelRows rows;
    private final Images images;
    private final ImageJournal journal;
    private final JdbcClient jdbc;
    private final ObjectProvider<ChannelUse> uses;

    /** @param uses asked for late, since those who follow channels ask this package about images */
    Channels(ChannelRows rows, Images images, ImageJournal journal, JdbcClient jdbc, ObjectProvider<ChannelUse> uses) {
        this.uses = uses;
        this.rows = rows;
        this.images = images;
        this.journal = journal;
        this.jdbc = jdbc;
    }

    /** Creates all of them, or none. */
    @Transactional
    public List<Channel> create(List<ChannelDraft> drafts) {
        var problems = new Problems();
        for (int i = 0; i < drafts.size(); i++) {
            drafts.get(i).check("/" + i, problems);
        }
        problems.throwIfAny();
        List<ChannelRow> created = new ArrayList<>();
        for (int i = 0; i < drafts.size(); i++) {
            refuseUnfit("/" + i, drafts.get(i));
            created.add(rows.save(new ChannelRow(new ChannelId(Ids.next()), drafts.get(i))));
        }
        flush(drafts);
        List<Channel> channels = created.stream().map(ChannelRow::channel).toList();
        channels.forEach(
                channel -> journal.changed(KIND, "created", channel.id().value(), null, channel));
        return channels;
    }

    /** @throws NotFound if the tenant has no such channel */
    public Channel load(ChannelId id) {
        return LIST.load(jdbc, CallContext.current().tenant(), id.value());
    }

    public Page<Channel> list(ListRequest request) {
        return LIST.fetch(jdbc, CallContext.current().tenant(), request);
    }

    /**
     * Lets the channel point to this image.
     *
     * @throws InvalidInput if there is no such image, it is of another family, or not PUBLISHED
     */
    @Transactional
    public Channel promote(ChannelId id, ImageId image) {
        ChannelRow row = lock(id);
        return change(
                row, new ChannelDraft(row.channel().family(), row.channel().name(), image));
    }

    /** Renames it, or lets it point to another image or to none; its family stays. */
    @Transactional
    public Channel change(ChannelId id, long revision, UnaryOperator<ChannelDraft> change) {
        ChannelRow row = lock(id);
        if (row.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        return change(row, change.apply(row.channel().draft()));
    }

    private Channel change(ChannelRow row, ChannelDraft wanted) {
        Channel before = row.channel();
        var problems = new Problems();
        wanted.check("", problems);
        if (!before.family().equals(wanted.family())) {
            problems.add("/family", "is %s and cannot be changed; create another channel".formatted(before.family()));
        }
        problems.throwIfAny();
        if (!Objects.equals(before.image(), wanted.image())) {
            refuseUnfit("", wanted);
        }
        row.take(wanted);
        flush(List.of(wanted));
        Channel after = row.channel();
        if (after.revision() != before.revision()) {
            boolean promoted = after.image() != null && !after.image().equals(before.image());
            journal.changed(KIND, promoted ? "promoted" : "changed", after.id().value(), before, after);
            if (promoted) {
                uses.forEach(use -> use.channelMoved(after));
            }
        }
        return after;
    }

    @Transactional
    public void delete(ChannelId id, long revision) {
        ChannelRow row = lock(id);
        if (row.revision() != revision) {
            throw new StaleVersion(KIND, id.toString());
        }
        Channel before = row.channel();
        rows.delete(row);
        try {
            rows.flush();
        } catch (DataIntegrityViolationException refusal) {
            throw new Conflict(ProblemType.IN_USE, "A policy follows channel %s.".formatted(id));
        }
        journal.changed(KIND, "deleted", id.value(), before, null);
    }

    private void refuseUnfit(String pointer, ChannelDraft channel) {
        if (channel.image() == null) {
            return;
        }
        Image image;
        try {
            // Locked until the channel is written: it cannot be withdrawn in between.
            image = images.loadLocked(channel.image());
        } catch (NotFound notThere) {
            throw InvalidInput.at(pointer + "/imageId", "there is no image " + channel.image());
        }
        if (!image.family().equals(channel.family())) {
            throw InvalidInput.at(
                    pointer + "/imageId",
                    "is an image of family %s; this channel takes %s".formatted(image.family(), channel.family()));
        }
        if (image.state() != ImageState.PUBLISHED) {
            throw InvalidInput.at(
                    pointer + "/imageId", "is an image in state %s; it must be PUBLISHED".formatted(image.state()));
        }
    }

    private ChannelRow lock(ChannelId id) {
        return rows.findById(id.value()).orElseThrow(() -> new NotFound(KIND, id.toString()));
    }

    private void flush(List<ChannelDraft> wanted) {
        try {
            rows.flush();
        } catch (DataIntegrityViolationException refusal) {
            ViolatedConstraint constraint = ViolatedConstraint.of(refusal);
            if (constraint.kind() != ViolatedConstraint.Kind.UNIQUE) {
                throw refusal;
            }
            throw new Conflict(
                    ProblemType.CONFLICT,
                    "There can be only one channel of family and name %s."
                            .formatted(ViolatedConstraint.oneOf(wanted.stream()
                                    .map(draft -> draft.family() + ", " + draft.name())
                                    .toList())));
        }
    }

    private static Channel channel(ResultSet row) throws SQLException {
        UUID image = row.getObject("image_id", UUID.class);
        return new Channel(
                new ChannelId(row.getObject("id", UUID.class)),
                row.getString("family"),
                row.getString("name"),
                image == null ? null : new ImageId(image),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }
}
