package org.maintenancemanager.api.node;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of {@code /node/v1}, named and shaped as {@code maintenance.node.v1} in the proto file. Absent fields are
 * null here, and empty or zero there.
 */
public final class NodeMessages {
    private NodeMessages() {}

    /**
     * @param publicKey PEM; absent with a certificate request, which holds it
     * @param certificateRequest PKCS#10 as PEM: the node wants a certificate for TLS instead of a token
     * @param keyProof base64 of a signature over {@link #proofText}, with the private key: Ed25519, or ECDSA with
     *     SHA-256; a certificate request proves as much by itself
     */
    public record EnrollRequest(
            String enrollmentToken,
            @Nullable String name,
            @Nullable String publicKey,
            @Nullable Map<String, String> hardwareIds,
            @Nullable NodeFacts facts,
            @Nullable String certificateRequest,
            @Nullable String keyProof) {
        /** With a bare public key. */
        public EnrollRequest(
                String enrollmentToken,
                @Nullable String name,
                @Nullable String publicKey,
                @Nullable Map<String, String> hardwareIds,
                @Nullable NodeFacts facts) {
            this(enrollmentToken, name, publicKey, hardwareIds, facts, null, null);
        }

        /** What a key proof signs: it belongs to this enrollment token, so it cannot be used with another. */
        public static String proofText(String enrollmentToken) {
            int end = enrollmentToken.indexOf('.');
            return "maintmgr-enroll:" + (end < 0 ? enrollmentToken : enrollmentToken.substring(0, end));
        }
    }

    public enum EnrollStatus {
        ENROLLED,
        /** An operator has to approve the node first; ask again with the same key. */
        PENDING
    }

    public record EnrollResponse(
            EnrollStatus status,
            String nodeId,
            @Nullable String nodeToken,
            int nextPollSeconds,
            String serverEpoch,
            @Nullable IssuedCertificate certificate) {
        /** Without a certificate. */
        public EnrollResponse(
                EnrollStatus status,
                String nodeId,
                @Nullable String nodeToken,
                int nextPollSeconds,
                String serverEpoch) {
            this(status, nodeId, nodeToken, nextPollSeconds, serverEpoch, null);
        }
    }

    /**
     * @param certificate the node's, PEM
     * @param authorities of the manager, PEM, one after the other: to send along, and to know the manager by
     * @param renewAfterSeconds when to ask for the next one, while this is still good
     */
    public record IssuedCertificate(
            String certificate, String authorities, int validForSeconds, int renewAfterSeconds) {}

    /** @param certificateRequest PKCS#10 as PEM, for the same key or a new one; absent: a new token is wanted */
    public record RenewRequest(@Nullable String certificateRequest) {}

    /** One of both. The credential that asked stays good until this one is used for the first time. */
    public record RenewResponse(
            @Nullable String nodeToken, @Nullable IssuedCertificate certificate, String serverEpoch) {}

    /**
     * @param lastSeq the highest sequence number that the node has used so far; 0 before its first report
     * @param knownVersion the assignment version of the last answer that the node acted on; 0 before the first
     */
    public record PollRequest(String bootId, long lastSeq, long knownVersion) {}

    /**
     * @param bytesPerSecond the most that the download of the image may take, on average over some seconds, until an answer
     *     says otherwise; absent: any number
     */
    public record PollResponse(
            Directive directive,
            long assignmentVersion,
            @Nullable String updateId,
            @Nullable ImageManifest image,
            @Nullable Permit permit,
            @Nullable String waitReason,
            int nextPollSeconds,
            long ackedSeq,
            String serverEpoch,
            @Nullable Long bytesPerSecond) {
        /** Without a limit of the download. */
        public PollResponse(
                Directive directive,
                long assignmentVersion,
                @Nullable String updateId,
                @Nullable ImageManifest image,
                @Nullable Permit permit,
                @Nullable String waitReason,
                int nextPollSeconds,
                long ackedSeq,
                String serverEpoch) {
            this(
                    directive,
                    assignmentVersion,
                    updateId,
                    image,
                    permit,
                    waitReason,
                    nextPollSeconds,
                    ackedSeq,
                    serverEpoch,
                    null);
        }
    }

    /** @param url absolute, or a path on the manager */
    public record ImageManifest(
            String imageId,
            String family,
            String version,
            long releaseCounter,
            String architecture,
            String url,
            long sizeBytes,
            String sha256,
            @Nullable String signatureEnvelope) {}

    /** @param validForSeconds counted from the arrival of the answer */
    public record Permit(String id, int validForSeconds) {}

    public record ReportRequest(
            @Nullable List<Report> reports, @Nullable NodeFacts facts) {}

    /**
     * One state transition, numbered by the node.
     *
     * @param seq 1, 2, 3 ... over the whole life of the node's credential, kept across reboots
     * @param phase the phase that failed, with state FAILED only
     * @param progressPercent 0 to 100, of the present state
     * @param text at most 16 KiB
     */
    public record Report(
            String bootId,
            long seq,
            @Nullable String updateId,
            UpdateState state,
            @Nullable FailurePhase phase,
            @Nullable Integer progressPercent,
            @Nullable String errorCode,
            @Nullable String text) {}

    /**
     * What the node is now. Labels that the node sets about itself are kept apart from those that operators set.
     *
     * @param bootId the boot in which these facts were gathered: an old image in a new boot is a rollback
     */
    public record NodeFacts(
            @Nullable String architecture,
            @Nullable String hardware,
            @Nullable SlotName activeSlot,
            @Nullable List<Slot> slots,
            @Nullable Map<String, String> labels,
            @Nullable String client,
            @Nullable String bootId) {}

    public record Slot(
            SlotName name,
            SlotState state,
            @Nullable String imageVersion,
            @Nullable String imageSha256) {}

    /** @param ackedSeq all reports up to this number are stored and applied in order; the node resends all above it */
    public record ReportResponse(
            long ackedSeq, List<ReportOutcome> outcomes, int nextPollSeconds, String serverEpoch) {}

    /** @param reason one sentence, null when applied */
    public record ReportOutcome(
            long seq, boolean applied, @Nullable String reason) {}
}
