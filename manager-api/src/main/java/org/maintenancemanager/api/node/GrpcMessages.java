package org.maintenancemanager.api.node;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.grpc.node.EnrollRequest;
import org.maintenancemanager.api.grpc.node.EnrollResponse;
import org.maintenancemanager.api.grpc.node.ImageManifest;
import org.maintenancemanager.api.grpc.node.IssuedCertificate;
import org.maintenancemanager.api.grpc.node.NodeFacts;
import org.maintenancemanager.api.grpc.node.PollRequest;
import org.maintenancemanager.api.grpc.node.PollResponse;
import org.maintenancemanager.api.grpc.node.RenewRequest;
import org.maintenancemanager.api.grpc.node.RenewResponse;
import org.maintenancemanager.api.grpc.node.Report;
import org.maintenancemanager.api.grpc.node.ReportRequest;
import org.maintenancemanager.api.grpc.node.ReportResponse;
import org.maintenancemanager.api.grpc.node.Slot;

/** The messages as the proto file has them, for the client's side: null here is empty there. */
final class GrpcMessages {
    private GrpcMessages() {}

    static EnrollRequest write(NodeMessages.EnrollRequest request) {
        EnrollRequest.Builder message = EnrollRequest.newBuilder()
                .setEnrollmentToken(request.enrollmentToken())
                .setName(orEmpty(request.name()))
                .setPublicKey(orEmpty(request.publicKey()))
                .setCertificateRequest(orEmpty(request.certificateRequest()))
                .setKeyProof(orEmpty(request.keyProof()));
        if (request.hardwareIds() != null) {
            message.putAllHardwareIds(request.hardwareIds());
        }
        if (request.facts() != null) {
            message.setFacts(write(request.facts()));
        }
        return message.build();
    }

    static PollRequest write(NodeMessages.PollRequest request) {
        return PollRequest.newBuilder()
                .setBootId(request.bootId())
                .setLastSeq(request.lastSeq())
                .setKnownVersion(request.knownVersion())
                .build();
    }

    static ReportRequest write(NodeMessages.ReportRequest request) {
        ReportRequest.Builder message = ReportRequest.newBuilder();
        if (request.reports() != null) {
            request.reports().forEach(report -> message.addReports(write(report)));
        }
        if (request.facts() != null) {
            message.setFacts(write(request.facts()));
        }
        return message.build();
    }

    private static Report write(NodeMessages.Report report) {
        return Report.newBuilder()
                .setBootId(report.bootId())
                .setSeq(report.seq())
                .setUpdateId(orEmpty(report.updateId()))
                .setState(write(report.state()))
                .setPhase(write(report.phase()))
                .setProgressPercent(report.progressPercent() == null ? 0 : report.progressPercent())
                .setErrorCode(orEmpty(report.errorCode()))
                .setText(orEmpty(report.text()))
                .build();
    }

    private static NodeFacts write(NodeMessages.NodeFacts facts) {
        NodeFacts.Builder message = NodeFacts.newBuilder()
                .setArchitecture(orEmpty(facts.architecture()))
                .setHardware(orEmpty(facts.hardware()))
                .setActiveSlot(
                        facts.activeSlot() == null ? "" : facts.activeSlot().name())
                .setClient(orEmpty(facts.client()))
                .setBootId(orEmpty(facts.bootId()));
        if (facts.labels() != null) {
            message.putAllLabels(facts.labels());
        }
        if (facts.slots() != null) {
            facts.slots().forEach(slot -> message.addSlots(write(slot)));
        }
        return message.build();
    }

    private static Slot write(NodeMessages.Slot slot) {
        return Slot.newBuilder()
                .setName(slot.name().name())
                .setState(write(slot.state()))
                .setImageVersion(orEmpty(slot.imageVersion()))
                .setImageSha256(orEmpty(slot.imageSha256()))
                .build();
    }

    private static org.maintenancemanager.api.grpc.node.UpdateState write(UpdateState state) {
        // The words are the same; the test of this class holds the two lists to that.
        return org.maintenancemanager.api.grpc.node.UpdateState.valueOf(state.name());
    }

    private static org.maintenancemanager.api.grpc.node.FailurePhase write(@Nullable FailurePhase phase) {
        return phase == null
                ? org.maintenancemanager.api.grpc.node.FailurePhase.FAILURE_PHASE_UNSPECIFIED
                : org.maintenancemanager.api.grpc.node.FailurePhase.valueOf(phase.name() + "_PHASE");
    }

    private static org.maintenancemanager.api.grpc.node.SlotState write(SlotState state) {
        return switch (state) {
            case ACTIVE -> org.maintenancemanager.api.grpc.node.SlotState.ACTIVE;
            case INACTIVE -> org.maintenancemanager.api.grpc.node.SlotState.INACTIVE;
            case STAGED -> org.maintenancemanager.api.grpc.node.SlotState.STAGED_SLOT;
            case TRIAL -> org.maintenancemanager.api.grpc.node.SlotState.TRIAL_SLOT;
            case BAD -> org.maintenancemanager.api.grpc.node.SlotState.BAD;
        };
    }

    private static NodeMessages.IssuedCertificate read(IssuedCertificate message) {
        return new NodeMessages.IssuedCertificate(
                message.getCertificate(),
                message.getAuthorities(),
                message.getValidForSeconds(),
                message.getRenewAfterSeconds());
    }

    static RenewRequest write(NodeMessages.RenewRequest request) {
        return RenewRequest.newBuilder()
                .setCertificateRequest(orEmpty(request.certificateRequest()))
                .build();
    }

    static NodeMessages.RenewResponse read(RenewResponse message) {
        return new NodeMessages.RenewResponse(
                orNull(message.getNodeToken()),
                message.hasCertificate() ? read(message.getCertificate()) : null,
                message.getServerEpoch());
    }

    static NodeMessages.EnrollResponse read(EnrollResponse message) throws MalformedAnswer {
        return new NodeMessages.EnrollResponse(
                switch (message.getStatus()) {
                    case ENROLLED -> NodeMessages.EnrollStatus.ENROLLED;
                    case PENDING -> NodeMessages.EnrollStatus.PENDING;
                    case STATUS_UNSPECIFIED, UNRECOGNIZED -> throw unknown("status", message.getStatusValue());
                },
                message.getNodeId(),
                orNull(message.getNodeToken()),
                message.getNextPollSeconds(),
                message.getServerEpoch(),
                message.hasCertificate() ? read(message.getCertificate()) : null);
    }

    static NodeMessages.PollResponse read(PollResponse message) throws MalformedAnswer {
        return new NodeMessages.PollResponse(
                switch (message.getDirective()) {
                    case NONE -> Directive.NONE;
                    case DOWNLOAD -> Directive.DOWNLOAD;
                    case WAIT -> Directive.WAIT;
                    case INSTALL -> Directive.INSTALL;
                    case CANCEL -> Directive.CANCEL;
                    case ROLL_BACK -> Directive.ROLL_BACK;
                    case DIRECTIVE_UNSPECIFIED, UNRECOGNIZED -> throw unknown("directive", message.getDirectiveValue());
                },
                message.getAssignmentVersion(),
                orNull(message.getUpdateId()),
                message.hasImage() ? read(message.getImage()) : null,
                message.hasPermit()
                        ? new NodeMessages.Permit(
                                message.getPermit().getId(), message.getPermit().getValidForSeconds())
                        : null,
                orNull(message.getWaitReason()),
                message.getNextPollSeconds(),
                message.getAckedSeq(),
                message.getServerEpoch(),
                message.getBytesPerSecond() == 0 ? null : Long.valueOf(message.getBytesPerSecond()));
    }

    private static NodeMessages.ImageManifest read(ImageManifest image) {
        return new NodeMessages.ImageManifest(
                image.getImageId(),
                image.getFamily(),
                image.getVersion(),
                image.getReleaseCounter(),
                image.getArchitecture(),
                image.getUrl(),
                image.getSizeBytes(),
                image.getSha256(),
                orNull(image.getSignatureEnvelope()));
    }

    static NodeMessages.ReportResponse read(ReportResponse message) {
        return new NodeMessages.ReportResponse(
                message.getAckedSeq(),
                message.getOutcomesList().stream()
                        .map(outcome -> new NodeMessages.ReportOutcome(
                                outcome.getSeq(), outcome.getApplied(), orNull(outcome.getReason())))
                        .toList(),
                message.getNextPollSeconds(),
                message.getServerEpoch());
    }

    private static MalformedAnswer unknown(String name, int number) {
        return new MalformedAnswer(name + " is an unknown word: number " + number);
    }

    private static @Nullable String orNull(String value) {
        return value.isEmpty() ? null : value;
    }

    private static String orEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }
}
