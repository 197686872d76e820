package org.maintenancemanager.api.node;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;
import org.maintenancemanager.api.node.NodeMessages.EnrollStatus;
import org.maintenancemanager.api.node.NodeMessages.ImageManifest;
import org.maintenancemanager.api.node.NodeMessages.IssuedCertificate;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Permit;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollResponse;
import org.maintenancemanager.api.node.NodeMessages.RenewRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewResponse;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportOutcome;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportResponse;
import org.maintenancemanager.api.node.NodeMessages.Slot;

/** The messages as JSON, for the client's side: requests out, answers in. */
final class JsonMessages {
    private JsonMessages() {}

    static byte[] write(EnrollRequest request) {
        return JsonWriter.write(json -> json.text("enrollmentToken", request.enrollmentToken())
                .text("name", request.name())
                .text("publicKey", request.publicKey())
                .texts("hardwareIds", request.hardwareIds())
                .object("facts", request.facts(), JsonMessages::facts)
                .text("certificateRequest", request.certificateRequest())
                .text("keyProof", request.keyProof()));
    }

    static byte[] write(RenewRequest request) {
        return JsonWriter.write(json -> json.text("certificateRequest", request.certificateRequest()));
    }

    static byte[] write(PollRequest request) {
        return JsonWriter.write(json -> json.text("bootId", request.bootId())
                .number("lastSeq", request.lastSeq())
                .number("knownVersion", request.knownVersion()));
    }

    static byte[] write(ReportRequest request) {
        return JsonWriter.write(json -> json.objects("reports", request.reports(), JsonMessages::report)
                .object("facts", request.facts(), JsonMessages::facts));
    }

    private static void report(JsonWriter json, Report report) {
        json.text("bootId", report.bootId())
                .number("seq", report.seq())
                .text("updateId", report.updateId())
                .word("state", report.state())
                .word("phase", report.phase())
                .number("progressPercent", report.progressPercent())
                .text("errorCode", report.errorCode())
                .text("text", report.text());
    }

    private static void facts(JsonWriter json, NodeFacts facts) {
        json.text("architecture", facts.architecture())
                .text("hardware", facts.hardware())
                .word("activeSlot", facts.activeSlot())
                .objects("slots", facts.slots(), JsonMessages::slot)
                .texts("labels", facts.labels())
                .text("client", facts.client())
                .text("bootId", facts.bootId());
    }

    private static void slot(JsonWriter json, Slot slot) {
        json.word("name", slot.name())
                .word("state", slot.state())
                .text("imageVersion", slot.imageVersion())
                .text("imageSha256", slot.imageSha256());
    }

    static EnrollResponse enrollResponse(byte[] document) throws MalformedAnswer {
        JsonObject json = JsonObject.read(document);
        return new EnrollResponse(
                json.word("status", EnrollStatus.class),
                json.text("nodeId"),
                json.textOrNull("nodeToken"),
                json.smallCount("nextPollSeconds"),
                json.text("serverEpoch"),
                certificate(json));
    }

    static RenewResponse renewResponse(byte[] document) throws MalformedAnswer {
        JsonObject json = JsonObject.read(document);
        return new RenewResponse(json.textOrNull("nodeToken"), certificate(json), json.text("serverEpoch"));
    }

    private static @Nullable IssuedCertificate certificate(JsonObject json) throws MalformedAnswer {
        JsonObject issued = json.objectOrNull("certificate");
        return issued == null
                ? null
                : new IssuedCertificate(
                        issued.text("certificate"),
                        issued.text("authorities"),
                        issued.smallCount("validForSeconds"),
                        issued.smallCount("renewAfterSeconds"));
    }

    static PollResponse pollResponse(byte[] document) throws MalformedAnswer {
        JsonObject json = JsonObject.read(document);
        JsonObject image = json.objectOrNull("image");
        JsonObject permit = json.objectOrNull("permit");
        return new PollResponse(
                json.word("directive", Directive.class),
                json.count("assignmentVersion"),
                json.textOrNull("updateId"),
                image == null ? null : image(image),
                permit == null ? null : new Permit(permit.text("id"), permit.smallCount("validForSeconds")),
                json.textOrNull("waitReason"),
                json.smallCount("nextPollSeconds"),
                json.count("ackedSeq"),
                json.text("serverEpoch"),
                json.countOrNull("bytesPerSecond"));
    }

    private static ImageManifest image(JsonObject json) throws MalformedAnswer {
        return new ImageManifest(
                json.text("imageId"),
                json.text("family"),
                json.text("version"),
                json.count("releaseCounter"),
                json.text("architecture"),
                json.text("url"),
                json.count("sizeBytes"),
                json.text("sha256"),
                json.textOrNull("signatureEnvelope"));
    }

    static ReportResponse reportResponse(byte[] document) throws MalformedAnswer {
        JsonObject json = JsonObject.read(document);
        List<ReportOutcome> outcomes = new ArrayList<>();
        for (JsonObject outcome : json.objects("outcomes")) {
            outcomes.add(
                    new ReportOutcome(outcome.count("seq"), outcome.flag("applied"), outcome.textOrNull("reason")));
        }
        return new ReportResponse(
                json.count("ackedSeq"),
                List.copyOf(outcomes),
                json.smallCount("nextPollSeconds"),
                json.text("serverEpoch"));
    }
}
