package org.maintenancemanager.web.agent;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.grpc.node.Directive;
import org.maintenancemanager.api.grpc.node.EnrollRequest;
import org.maintenancemanager.api.grpc.node.EnrollResponse;
import org.maintenancemanager.api.grpc.node.FailurePhase;
import org.maintenancemanager.api.grpc.node.ImageManifest;
import org.maintenancemanager.api.grpc.node.IssuedCertificate;
import org.maintenancemanager.api.grpc.node.NodeFacts;
import org.maintenancemanager.api.grpc.node.Permit;
import org.maintenancemanager.api.grpc.node.PollRequest;
import org.maintenancemanager.api.grpc.node.PollResponse;
import org.maintenancemanager.api.grpc.node.RenewRequest;
import org.maintenancemanager.api.grpc.node.RenewResponse;
import org.maintenancemanager.api.grpc.node.Report;
import org.maintenancemanager.api.grpc.node.ReportOutcome;
import org.maintenancemanager.api.grpc.node.ReportRequest;
import org.maintenancemanager.api.grpc.node.ReportResponse;
import org.maintenancemanager.api.grpc.node.Slot;
import org.maintenancemanager.api.grpc.node.SlotState;
import org.maintenancemanager.api.grpc.node.UpdateState;
import org.maintenancemanager.api.node.NodeMessages;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.core.update.PollAnswer;

/** Between the messages of the proto file and the records of the REST API: the same fields, empty there for null here. */
final class ProtoMessages {
    private ProtoMessages() {}

    static NodeMessages.EnrollRequest read(EnrollRequest message) {
        return new NodeMessages.EnrollRequest(
                message.getEnrollmentToken(),
                orNull(message.getName()),
                orNull(message.getPublicKey()),
                orNull(message.getHardwareIdsMap()),
                message.hasFacts() ? read(message.getFacts()) : null,
                orNull(message.getCertificateRequest()),
                orNull(message.getKeyProof()));
    }

    static NodeMessages.RenewRequest read(RenewRequest message) {
        return new NodeMessages.RenewRequest(orNull(message.getCertificateRequest()));
    }

    static NodeMessages.PollRequest read(PollRequest message) {
        return new NodeMessages.PollRequest(message.getBootId(), message.getLastSeq(), message.getKnownVersion());
    }

    static NodeMessages.ReportRequest read(ReportRequest message) {
        return new NodeMessages.ReportRequest(
                IntStream.range(0, message.getReportsCount())
                        .mapToObj(i -> read("/reports/" + i, message.getReports(i)))
                        .toList(),
                message.hasFacts() ? read(message.getFacts()) : null);
    }

    private static NodeMessages.Report read(String at, Report message) {
        return new NodeMessages.Report(
                message.getBootId(),
                message.getSeq(),
                orNull(message.getUpdateId()),
                read(at + "/state", message.getState()),
                read(at + "/phase", message.getPhase()),
                // Proto has no absent number here; 0 % says as much as nothing.
                message.getProgressPercent() == 0 ? null : message.getProgressPercent(),
                orNull(message.getErrorCode()),
                orNull(message.getText()));
    }

    private static NodeMessages.NodeFacts read(NodeFacts message) {
        List<NodeMessages.Slot> slots = IntStream.range(0, message.getSlotsCount())
                .mapToObj(i -> read("/facts/slots/" + i, message.getSlots(i)))
                .toList();
        return new NodeMessages.NodeFacts(
                orNull(message.getArchitecture()),
                orNull(message.getHardware()),
                message.getActiveSlot().isEmpty() ? null : slotName("/facts/activeSlot", message.getActiveSlot()),
                slots.isEmpty() ? null : slots,
                orNull(message.getLabelsMap()),
                orNull(message.getClient()),
                orNull(message.getBootId()));
    }

    private static NodeMessages.Slot read(String at, Slot message) {
        return new NodeMessages.Slot(
                slotName(at + "/name", message.getName()),
                read(at + "/state", message.getState()),
                orNull(message.getImageVersion()),
                orNull(message.getImageSha256()));
    }

    private static SlotName slotName(String at, String name) {
        return switch (name) {
            case "A" -> SlotName.A;
            case "B" -> SlotName.B;
            default -> throw unknown(at, SlotName.class);
        };
    }

    private static org.maintenancemanager.api.node.UpdateState read(String at, UpdateState state) {
        return switch (state) {
            case OFFERED -> org.maintenancemanager.api.node.UpdateState.OFFERED;
            case DOWNLOADING -> org.maintenancemanager.api.node.UpdateState.DOWNLOADING;
            case DOWNLOADED -> org.maintenancemanager.api.node.UpdateState.DOWNLOADED;
            case INSTALLING -> org.maintenancemanager.api.node.UpdateState.INSTALLING;
            case STAGED -> org.maintenancemanager.api.node.UpdateState.STAGED;
            case REBOOTING -> org.maintenancemanager.api.node.UpdateState.REBOOTING;
            case TRIAL -> org.maintenancemanager.api.node.UpdateState.TRIAL;
            case CONFIRMED -> org.maintenancemanager.api.node.UpdateState.CONFIRMED;
            case FAILED -> org.maintenancemanager.api.node.UpdateState.FAILED;
            case ROLLED_BACK -> org.maintenancemanager.api.node.UpdateState.ROLLED_BACK;
            case LOST -> org.maintenancemanager.api.node.UpdateState.LOST;
            case CANCELED -> org.maintenancemanager.api.node.UpdateState.CANCELED;
            case SUPERSEDED -> org.maintenancemanager.api.node.UpdateState.SUPERSEDED;
            case SKIPPED -> org.maintenancemanager.api.node.UpdateState.SKIPPED;
            case UPDATE_STATE_UNSPECIFIED, UNRECOGNIZED ->
                throw unknown(at, org.maintenancemanager.api.node.UpdateState.class);
        };
    }

    private static org.maintenancemanager.api.node.@Nullable FailurePhase read(String at, FailurePhase phase) {
        return switch (phase) {
            case FAILURE_PHASE_UNSPECIFIED -> null;
            case DOWNLOAD_PHASE -> org.maintenancemanager.api.node.FailurePhase.DOWNLOAD;
            case VERIFY_PHASE -> org.maintenancemanager.api.node.FailurePhase.VERIFY;
            case INSTALL_PHASE -> org.maintenancemanager.api.node.FailurePhase.INSTALL;
            case REBOOT_PHASE -> org.maintenancemanager.api.node.FailurePhase.REBOOT;
            case TRIAL_PHASE -> org.maintenancemanager.api.node.FailurePhase.TRIAL;
            case UNRECOGNIZED -> throw unknown(at, org.maintenancemanager.api.node.FailurePhase.class);
        };
    }

    private static org.maintenancemanager.api.node.SlotState read(String at, SlotState state) {
        return switch (state) {
            case ACTIVE -> org.maintenancemanager.api.node.SlotState.ACTIVE;
            case INACTIVE -> org.maintenancemanager.api.node.SlotState.INACTIVE;
            case STAGED_SLOT -> org.maintenancemanager.api.node.SlotState.STAGED;
            case TRIAL_SLOT -> org.maintenancemanager.api.node.SlotState.TRIAL;
            case BAD -> org.maintenancemanager.api.node.SlotState.BAD;
            case SLOT_STATE_UNSPECIFIED, UNRECOGNIZED ->
                throw unknown(at, org.maintenancemanager.api.node.SlotState.class);
        };
    }

    private static Refusal unknown(String at, Class<?> words) {
        return Refusal.at(at, "is not what is expected: one of " + NodeJson.words(words));
    }

    static EnrollResponse write(NodeMessages.EnrollResponse message) {
        EnrollResponse.Builder answer = EnrollResponse.newBuilder()
                .setStatus(
                        switch (message.status()) {
                            case ENROLLED -> EnrollResponse.Status.ENROLLED;
                            case PENDING -> EnrollResponse.Status.PENDING;
                        })
                .setNodeId(message.nodeId())
                .setNodeToken(orEmpty(message.nodeToken()))
                .setNextPollSeconds(message.nextPollSeconds())
                .setServerEpoch(message.serverEpoch());
        if (message.certificate() != null) {
            answer.setCertificate(write(message.certificate()));
        }
        return answer.build();
    }

    static RenewResponse write(NodeMessages.RenewResponse message) {
        RenewResponse.Builder answer = RenewResponse.newBuilder()
                .setNodeToken(orEmpty(message.nodeToken()))
                .setServerEpoch(message.serverEpoch());
        if (message.certificate() != null) {
            answer.setCertificate(write(message.certificate()));
        }
        return answer.build();
    }

    private static IssuedCertificate write(NodeMessages.IssuedCertificate issued) {
        return IssuedCertificate.newBuilder()
                .setCertificate(issued.certificate())
                .setAuthorities(issued.authorities())
                .setValidForSeconds(issued.validForSeconds())
                .setRenewAfterSeconds(issued.renewAfterSeconds())
                .build();
    }

    static PollResponse unchanged(PollAnswer.Unchanged answer) {
        return PollResponse.newBuilder()
                .setUnchanged(true)
                .setNextPollSeconds(answer.nextPollSeconds())
                .setServerEpoch(answer.serverEpoch())
                .build();
    }

    static PollResponse write(NodeMessages.PollResponse message) {
        PollResponse.Builder answer = PollResponse.newBuilder()
                .setDirective(
                        switch (message.directive()) {
                            case NONE -> Directive.NONE;
                            case DOWNLOAD -> Directive.DOWNLOAD;
                            case WAIT -> Directive.WAIT;
                            case INSTALL -> Directive.INSTALL;
                            case CANCEL -> Directive.CANCEL;
                            case ROLL_BACK -> Directive.ROLL_BACK;
                        })
                .setAssignmentVersion(message.assignmentVersion())
                .setUpdateId(orEmpty(message.updateId()))
                .setWaitReason(orEmpty(message.waitReason()))
                .setNextPollSeconds(message.nextPollSeconds())
                .setAckedSeq(message.ackedSeq())
                .setServerEpoch(message.serverEpoch());
        if (message.bytesPerSecond() != null) {
            answer.setBytesPerSecond(message.bytesPerSecond());
        }
        if (message.image() != null) {
            answer.setImage(write(message.image()));
        }
        if (message.permit() != null) {
            answer.setPermit(Permit.newBuilder()
                    .setId(message.permit().id())
                    .setValidForSeconds(message.permit().validForSeconds()));
        }
        return answer.build();
    }

    private static ImageManifest write(NodeMessages.ImageManifest image) {
        return ImageManifest.newBuilder()
                .setImageId(image.imageId())
                .setFamily(image.family())
                .setVersion(image.version())
                .setReleaseCounter(image.releaseCounter())
                .setArchitecture(image.architecture())
                .setUrl(image.url())
                .setSizeBytes(image.sizeBytes())
                .setSha256(image.sha256())
                .setSignatureEnvelope(orEmpty(image.signatureEnvelope()))
                .build();
    }

    static ReportResponse write(NodeMessages.ReportResponse message) {
        ReportResponse.Builder answer = ReportResponse.newBuilder()
                .setAckedSeq(message.ackedSeq())
                .setNextPollSeconds(message.nextPollSeconds())
                .setServerEpoch(message.serverEpoch());
        for (NodeMessages.ReportOutcome outcome : message.outcomes()) {
            answer.addOutcomes(ReportOutcome.newBuilder()
                    .setSeq(outcome.seq())
                    .setApplied(outcome.applied())
                    .setReason(orEmpty(outcome.reason())));
        }
        return answer.build();
    }

    private static @Nullable String orNull(String value) {
        return value.isEmpty() ? null : value;
    }

    private static @Nullable Map<String, String> orNull(Map<String, String> values) {
        return values.isEmpty() ? null : values;
    }

    private static String orEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }
}
