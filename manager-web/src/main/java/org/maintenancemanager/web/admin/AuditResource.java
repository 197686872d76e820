package org.maintenancemanager.web.admin;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.AuditKey;
import org.maintenancemanager.api.admin.AuditVerification;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditCheckpoints;
import org.maintenancemanager.core.audit.AuditExport;
import org.maintenancemanager.core.audit.AuditVerifier;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.web.problem.ProblemException;
import org.maintenancemanager.web.rest.QueryTime;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Whether the audit is as it was written, and what others need to find out by themselves. */
@RestController
@RequestMapping("/api/v1")
class AuditResource {
    private static final int RETRY_SECONDS = 10;

    private final AuditVerifier verifier;
    private final AuditExport exporter;
    private final AuditCheckpoints checkpoints;

    AuditResource(AuditVerifier verifier, AuditExport exporter, AuditCheckpoints checkpoints) {
        this.verifier = verifier;
        this.exporter = exporter;
        this.checkpoints = checkpoints;
    }

    @GetMapping("/audit:verify")
    AuditVerification verify() {
        return verifier.verify().orElseThrow(AuditResource::busy);
    }

    /** Written as it is read; without its last line, the trailer, it was cut off. */
    @GetMapping("/audit/export")
    void export(
            @RequestParam(required = false) @Nullable String from,
            @RequestParam(required = false) @Nullable String until,
            HttpServletResponse response)
            throws IOException {
        boolean isWritten = exporter.write(QueryTime.of("from", from), QueryTime.of("until", until), () -> {
            response.setContentType("application/x-ndjson");
            response.setHeader("Content-Disposition", "attachment; filename=\"audit.ndjson\"");
            return response.getOutputStream();
        });
        if (!isWritten) {
            throw busy();
        }
    }

    @GetMapping("/audit/checkpoints")
    Page<AuditCheckpoint> checkpoints(ListRequest request) {
        return checkpoints.list(request);
    }

    /** All at once: there are few. */
    @GetMapping("/audit/keys")
    Page<AuditKey> keys() {
        return new Page<>(checkpoints.keys(), null);
    }

    private static ProblemException busy() {
        return ProblemException.retryAfter(
                ProblemType.TOO_MANY_REQUESTS,
                "The audit is being verified or exported; one at a time for a tenant, two in all.",
                RETRY_SECONDS);
    }
}
