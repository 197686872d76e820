package org.maintenancemanager.web.admin;

import java.util.UUID;
import org.maintenancemanager.api.admin.AuditEvent;
import org.maintenancemanager.api.admin.NodeReport;
import org.maintenancemanager.api.admin.NodeUpdate;
import org.maintenancemanager.api.admin.OutboxEvent;
import org.maintenancemanager.api.admin.Permit;
import org.maintenancemanager.api.admin.UpdateTransition;
import org.maintenancemanager.core.audit.AuditTrail;
import org.maintenancemanager.core.event.OutboxEvents;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.update.UpdateHistory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What happened, to be read only. */
@RestController
@RequestMapping("/api/v1")
class HistoryResource {
    private final UpdateHistory history;
    private final AuditTrail audit;
    private final OutboxEvents outbox;

    HistoryResource(UpdateHistory history, AuditTrail audit, OutboxEvents outbox) {
        this.history = history;
        this.audit = audit;
        this.outbox = outbox;
    }

    @GetMapping("/node-updates")
    Page<NodeUpdate> updates(ListRequest request) {
        return history.updates(request);
    }

    @GetMapping("/node-updates/{id}")
    NodeUpdate update(@PathVariable UUID id) {
        return history.update(id);
    }

    @GetMapping("/transitions")
    Page<UpdateTransition> transitions(ListRequest request) {
        return history.transitions(request);
    }

    @GetMapping("/reports")
    Page<NodeReport> reports(ListRequest request) {
        return history.reports(request);
    }

    @GetMapping("/permits")
    Page<Permit> permits(ListRequest request) {
        return history.permits(request);
    }

    @GetMapping("/permits/{id}")
    Permit permit(@PathVariable UUID id) {
        return history.permit(id);
    }

    @GetMapping("/audit-events")
    Page<AuditEvent> auditEvents(ListRequest request) {
        return audit.list(request);
    }

    @GetMapping("/audit-events/{id}")
    AuditEvent auditEvent(@PathVariable UUID id) {
        return audit.load(id);
    }

    @GetMapping("/outbox-events")
    Page<OutboxEvent> outboxEvents(ListRequest request) {
        return outbox.list(request);
    }

    @GetMapping("/outbox-events/{id}")
    OutboxEvent outboxEvent(@PathVariable UUID id) {
        return outbox.load(id);
    }
}
