package org.maintenancemanager.api.admin;

/** What is wrong with an audit chain. */
public enum AuditFlawKind {
    /** The event is not the one that was hashed. */
    CHANGED,
    /** Events that were there are gone. */
    MISSING,
    /** An event that nobody wrote in its time. */
    INSERTED,
    /** Events stand in another order than they were chained in. */
    REORDERED,
    /** A link does not continue the one before. */
    WRONG_LINK,
    /** A checkpoint was not signed by a trusted key, or it was changed. */
    CHECKPOINT_SIGNATURE,
    /** A checkpoint is genuine, but the chain has another hash: it was written anew. */
    CHECKPOINT_MISMATCH,
    /** An exported file ends too early, or cannot be read. */
    TRUNCATED
}
