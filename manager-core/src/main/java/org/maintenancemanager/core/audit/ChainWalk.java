package org.maintenancemanager.core.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.AuditFlaw;
import org.maintenancemanager.api.admin.AuditFlawKind;
import org.maintenancemanager.api.admin.ChainedAuditEvent;

/**
 * Goes along a chain, link by link, and finds the first thing that is wrong. Whether a link that does not fit was changed
 * or only stands at the wrong place shows in those behind it, so a few more are looked at before the verdict.
 */
final class ChainWalk {
    /** How many links behind a suspect are looked at; costs a hash each. */
    private static final int LOOK_AHEAD = 10_000;

    private final UUID tenant;
    private final TrustedKeys keys;

    private long seq;
    private String hash;
    private @Nullable Link last;
    private long events;
    private long checkpoints;
    private long signedThrough;

    private @Nullable Link suspect;
    private @Nullable AuditFlaw suspicion;
    private int lookedAhead;
    private @Nullable AuditFlaw flaw;

    /**
     * @param startSeq the number before the first link
     * @param startHash what the first link goes on from
     */
    ChainWalk(UUID tenant, TrustedKeys keys, long startSeq, String startHash) {
        this.tenant = tenant;
        this.keys = keys;
        this.seq = startSeq;
        this.hash = startHash;
    }

    /** @param event null if the link names one that is not there */
    record Link(
            long seq,
            UUID eventId,
            String previousHash,
            String hash,
            @Nullable ChainedAuditEvent event) {
        static Link of(ChainedAuditEvent event) {
            return new Link(event.seq(), event.id(), event.previousHash(), event.hash(), event);
        }
    }

    /** Takes the next link. Returns whether more shall come: not once the first flaw is sure. */
    boolean accept(Link link) {
        if (flaw != null) {
            return false;
        }
        if (suspect != null && suspicion != null) {
            lookBack(suspect, suspicion, link);
            return flaw == null;
        }
        if (link.seq() > seq + 1) {
            return found(
                    AuditFlawKind.MISSING,
                    seq + 1,
                    null,
                    link.seq() == seq + 2
                            ? "The event at %d is missing.".formatted(seq + 1)
                            : "The events from %d to %d are missing.".formatted(seq + 1, link.seq() - 1));
        }
        if (link.seq() <= seq) {
            return found(
                    AuditFlawKind.REORDERED,
                    seq + 1,
                    link.eventId(),
                    "Expected the event at %d, found the one at %d.".formatted(seq + 1, link.seq()));
        }
        ChainedAuditEvent event = link.event();
        if (event == null) {
            return found(
                    AuditFlawKind.MISSING,
                    link.seq(),
                    link.eventId(),
                    "The event %s at %d is missing; its link is there.".formatted(link.eventId(), link.seq()));
        }
        if (!link.previousHash().equals(hash)) {
            if (last != null && link.previousHash().equals(last.previousHash())) {
                return found(
                        AuditFlawKind.INSERTED,
                        last.seq(),
                        last.eventId(),
                        "The event %s at %d was put in later: the one behind it goes on from the one before it."
                                .formatted(last.eventId(), last.seq()));
            }
            suspect(
                    link,
                    AuditFlawKind.WRONG_LINK,
                    "The link at %d goes on from the hash %s; the one before has %s."
                            .formatted(link.seq(), link.previousHash(), hash));
            return true;
        }
        String computed = ChainHash.of(tenant, event, link.seq(), hash);
        if (!computed.equals(link.hash())) {
            suspect(
                    link,
                    AuditFlawKind.CHANGED,
                    "The event %s at %d was changed: it has the hash %s, and was chained with %s."
                            .formatted(link.eventId(), link.seq(), computed, link.hash()));
            return true;
        }
        last = link;
        seq = link.seq();
        hash = link.hash();
        events++;
        return true;
    }

    /** Takes a checkpoint of a number up to the present one. Returns whether more shall come. */
    boolean accept(AuditCheckpoint checkpoint) {
        if (flaw != null || suspect != null) {
            return flaw == null;
        }
        String objection = checkpoint.tenantId().equals(tenant)
                ? keys.objection(checkpoint)
                : "The checkpoint at %d is of another tenant.".formatted(checkpoint.seq());
        if (objection != null) {
            return found(AuditFlawKind.CHECKPOINT_SIGNATURE, checkpoint.seq(), null, objection);
        }
        if (checkpoint.seq() > seq) {
            return found(
                    AuditFlawKind.MISSING,
                    seq + 1,
                    null,
                    "The chain ends at %d; a checkpoint of %s covers %d."
                            .formatted(seq, checkpoint.at(), checkpoint.seq()));
        }
        if (checkpoint.seq() == seq && !checkpoint.hash().equals(hash)) {
            return found(
                    AuditFlawKind.CHECKPOINT_MISMATCH,
                    seq,
                    last == null ? null : last.eventId(),
                    "The checkpoint of %s says that the hash at %d was %s; found %s. Events between the last right checkpoint (%d) and this one were written anew."
                            .formatted(checkpoint.at(), seq, checkpoint.hash(), hash, signedThrough));
        }
        checkpoints++;
        signedThrough = Math.max(signedThrough, checkpoint.seq());
        return true;
    }

    /** To be called when there is no further link. */
    void end() {
        if (flaw == null) {
            flaw = suspicion;
        }
    }

    /** Gives the walk a flaw that somebody else found, if it has none. Returns false. */
    boolean found(AuditFlawKind kind, long at, @Nullable UUID event, String detail) {
        if (flaw == null) {
            flaw = new AuditFlaw(kind, at, event, detail);
        }
        return false;
    }

    /** Whether a link is under suspicion, so that checkpoints say nothing until it is clear. */
    boolean suspects() {
        return suspect != null;
    }

    /** The number of the last link that is right. */
    long seq() {
        return seq;
    }

    String hash() {
        return hash;
    }

    long events() {
        return events;
    }

    long checkpoints() {
        return checkpoints;
    }

    long signedThrough() {
        return signedThrough;
    }

    /** The first flaw; null as long as none is sure. */
    @Nullable
    AuditFlaw flaw() {
        return flaw;
    }

    private void suspect(Link link, AuditFlawKind kind, String detail) {
        suspect = link;
        suspicion = new AuditFlaw(kind, link.seq(), link.eventId(), detail);
    }

    private void lookBack(Link suspected, AuditFlaw verdict, Link later) {
        ChainedAuditEvent event = later.event();
        boolean belongsThere = switch (verdict.kind()) {
            case WRONG_LINK -> later.previousHash().equals(hash);
            case CHANGED ->
                event != null
                        && ChainHash.of(tenant, event, suspected.seq(), hash).equals(suspected.hash());
            case MISSING, INSERTED, REORDERED, CHECKPOINT_SIGNATURE, CHECKPOINT_MISMATCH, TRUNCATED -> false;
        };
        if (belongsThere) {
            found(
                    AuditFlawKind.REORDERED,
                    suspected.seq(),
                    suspected.eventId(),
                    "At %d stands the event %s; the one that belongs there is %s, which stands at %d."
                            .formatted(suspected.seq(), suspected.eventId(), later.eventId(), later.seq()));
        } else if (++lookedAhead >= LOOK_AHEAD) {
            flaw = verdict;
        }
    }
}
