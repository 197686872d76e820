package org.maintenancemanager.api.node;

import java.util.List;
import java.util.Map;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;
import org.maintenancemanager.api.node.NodeMessages.EnrollStatus;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Permit;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportOutcome;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportResponse;
import org.maintenancemanager.api.node.NodeMessages.Slot;

/** Messages with every field, and with none that may be absent. */
final class Examples {
    static final String SHA256 = "ab".repeat(32);

    static final NodeFacts FACTS = new NodeFacts(
            "x86_64",
            "edge-200",
            SlotName.B,
            List.of(
                    new Slot(SlotName.A, SlotState.BAD, "1.0", SHA256),
                    new Slot(SlotName.B, SlotState.TRIAL, null, null)),
            Map.of("rack", "7 \"left\" \\ \n\u0001 \u20ac \ud83d\ude80"),
            "agent 1.0",
            "boot-2");

    static final EnrollRequest FULL_ENROLL =
            new EnrollRequest("mmet_1.secret", "node-1", "-----BEGIN\nPEM", Map.of("serial", "S1"), FACTS);
    static final EnrollRequest SHORT_ENROLL = new EnrollRequest("mmet_1.secret", null, "PEM", null, null);

    static final PollRequest POLL = new PollRequest("boot-1", 9_007_199_254_740_993L, Long.MAX_VALUE);

    static final ReportRequest FULL_REPORT = new ReportRequest(
            List.of(
                    new Report("boot-1", 1, "u1", UpdateState.DOWNLOADING, null, 50, null, null),
                    new Report(
                            "boot-1", 2, "u1", UpdateState.FAILED, FailurePhase.VERIFY, null, "WRONG_SHA256", "text")),
            FACTS);
    static final ReportRequest SHORT_REPORT = new ReportRequest(null, null);

    static final EnrollResponse ENROLLED = new EnrollResponse(EnrollStatus.ENROLLED, "n1", "mmnt_1.s", 5, "e1");
    static final EnrollResponse PENDING = new EnrollResponse(EnrollStatus.PENDING, "n1", null, 30, "e1");

    static final ImageManifest IMAGE = new ImageManifest(
            "i1",
            "edge",
            "2.0",
            20,
            "x86_64",
            "/node/v1/artifacts/" + SHA256,
            3_000_000_000L,
            SHA256,
            "{\"payload\":\"\"}");
    static final PollResponse INSTALL =
            new PollResponse(Directive.INSTALL, 77, "u1", IMAGE, new Permit("p1", 600), null, 10, 4, "e1", 250_000L);
    static final PollResponse NOTHING = new PollResponse(Directive.NONE, 0, null, null, null, null, 60, 0, "e1");

    static final ReportResponse STORED = new ReportResponse(
            2,
            List.of(new ReportOutcome(1, true, null), new ReportOutcome(2, false, "The update has already ended.")),
            3,
            "e1");

    private Examples() {}
}
