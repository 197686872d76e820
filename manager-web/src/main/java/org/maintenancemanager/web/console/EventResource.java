package org.maintenancemanager.web.console;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.maintenancemanager.api.admin.ChangeEvent;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.web.problem.ProblemException;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * The stream of changes (server-sent events). Each stream is one virtual thread that waits; it writes at most twice a
 * second, and a comment every 15 seconds, by which a reader that went away is noticed. Who may not see all nodes is not told
 * which ones changed.
 */
@RestController
class EventResource {
    private static final long PAUSE_MILLIS = 500;
    private static final long HEARTBEAT_MILLIS = 15_000;
    /** Then the client comes again, and is asked again who it is. */
    private static final Duration LIFE = Duration.ofMinutes(5);

    private final ChangeHub hub;
    private final JsonMapper json;

    EventResource(ChangeHub hub, JsonMapper json) {
        this.hub = hub;
        this.json = json;
    }

    @GetMapping(path = "/api/v1/events")
    void follow(HttpServletResponse response) throws IOException, InterruptedException {
        TenantId tenant = CallContext.current().tenant();
        boolean everywhere = CallContext.reach().everywhere();
        ChangeFolder changes = hub.open(tenant)
                .orElseThrow(() -> ProblemException.retryAfter(
                        ProblemType.UNAVAILABLE, "There are as many open streams as there may be.", 30));
        try {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setCharacterEncoding(StandardCharsets.UTF_8);
            response.setHeader("Cache-Control", "no-store");
            // A proxy in front must not wait for more.
            response.setHeader("X-Accel-Buffering", "no");
            OutputStream out = response.getOutputStream();
            write(out, "retry: 2000\n\n");
            long end = System.nanoTime() + LIFE.toNanos();
            while (System.nanoTime() < end && !changes.isClosed()) {
                Optional<ChangeEvent> change = changes.take(HEARTBEAT_MILLIS);
                write(
                        out,
                        change.map(event -> everywhere ? event : new ChangeEvent(event.topics(), null))
                                .map(event -> "event: change\ndata: %s\n\n".formatted(json.writeValueAsString(event)))
                                .orElse(": still here\n\n"));
                changes.rest(PAUSE_MILLIS);
            }
        } finally {
            hub.close(tenant, changes);
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
