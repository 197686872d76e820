package org.maintenancemanager.core.image;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.event.Outbox;
import org.maintenancemanager.core.tenant.CallContext;
import org.springframework.stereotype.Component;

/** Tells of a change to everyone who has to know, in its transaction: the audit, the followers, and all replicas. */
@Component
class ImageJournal {
    private final AuditLog audit;
    private final Outbox outbox;
    private final ChangeNotes notes;

    ImageJournal(AuditLog audit, Outbox outbox, ChangeNotes notes) {
        this.audit = audit;
        this.outbox = outbox;
        this.notes = notes;
    }

    /** @param action a past participle: {@code published} */
    void changed(String kind, String action, UUID id, @Nullable Object before, @Nullable Object after) {
        String event = kind + "." + action;
        audit.record(event, kind, id, before, after);
        Object present = after == null ? before : after;
        if (present != null) {
            outbox.add(event, id, present);
        }
        notes.campaignsChanged(CallContext.current().tenant());
    }
}
