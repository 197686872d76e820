package org.maintenancemanager.api.admin;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The first thing that is wrong with an audit chain.
 *
 * @param seq the number in the chain where it shows; 0 for an event that has none
 * @param eventId the event that it is about, if it is known
 * @param detail what was expected and what was found
 */
public record AuditFlaw(
        AuditFlawKind kind, long seq, @Nullable UUID eventId, String detail) {}
