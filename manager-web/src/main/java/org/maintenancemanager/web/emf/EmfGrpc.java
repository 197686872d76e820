package org.maintenancemanager.web.emf;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.grpc.maintmgr.MaintmgrServiceGrpc;
import org.maintenancemanager.api.grpc.maintmgr.OSProfileUpdateSource;
import org.maintenancemanager.api.grpc.maintmgr.PlatformUpdateStatusRequest;
import org.maintenancemanager.api.grpc.maintmgr.PlatformUpdateStatusResponse;
import org.maintenancemanager.api.grpc.maintmgr.SingleSchedule;
import org.maintenancemanager.api.grpc.maintmgr.UpdateSchedule;
import org.maintenancemanager.api.grpc.maintmgr.UpdateSource;
import org.maintenancemanager.api.grpc.maintmgr.UpdateStatus;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.emf.EmfDesk;
import org.maintenancemanager.core.emf.EmfOffer;
import org.maintenancemanager.core.emf.EmfStatus;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.NodeDirectory;
import org.maintenancemanager.web.agent.GrpcFailures;
import org.maintenancemanager.web.agent.NodeGate;
import org.maintenancemanager.web.agent.Refusal;
import org.maintenancemanager.web.ops.CallScope;
import org.maintenancemanager.web.security.Bearer;
import org.springframework.stereotype.Component;

/** The one call that agents of Edge Microvisor Toolkit make. */
@Component
class EmfGrpc extends MaintmgrServiceGrpc.MaintmgrServiceImplBase {
    private static final int LONGEST_DETAIL = 16 * 1024;
    private static final UpdateSource NO_PACKAGES = UpdateSource.getDefaultInstance();

    private final NodeDirectory nodes;
    private final EmfTokens tokens;
    private final EmfDesk desk;
    private final NodeGate gate;
    private final Timer answered;
    private final Timer refused;

    EmfGrpc(NodeDirectory nodes, EmfTokens tokens, EmfDesk desk, NodeGate gate, MeterRegistry meters) {
        this.nodes = nodes;
        this.tokens = tokens;
        this.desk = desk;
        this.gate = gate;
        this.answered = Timer.builder("manager.emf.calls")
                .description("Calls of Edge Microvisor Toolkit agents")
                .tag("outcome", "ok")
                .register(meters);
        this.refused =
                Timer.builder("manager.emf.calls").tag("outcome", "refused").register(meters);
    }

    @Override
    public void platformUpdateStatus(
            PlatformUpdateStatusRequest request, StreamObserver<PlatformUpdateStatusResponse> observer) {
        long start = System.nanoTime();
        try {
            PlatformUpdateStatusResponse response = answer(request);
            observer.onNext(response);
            observer.onCompleted();
            answered.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        } catch (Exception e) {
            observer.onError(GrpcFailures.of(Refusal.because(e)));
            refused.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    private PlatformUpdateStatusResponse answer(PlatformUpdateStatusRequest request) throws Exception {
        KnownNode node = node(request.getHostGuid());
        gate.countPoll(node);
        if (!request.hasUpdateStatus()) {
            throw Refusal.at("/update_status", "is missing");
        }
        EmfStatus status = status(request.getUpdateStatus());
        EmfOffer offer = CallScope.call(
                new CallContext(
                        node.tenant(), CallContext.ActorKind.NODE, node.id().toString(), null),
                () -> desk.answer(node, status));
        return response(offer);
    }

    /** The node whose host the message names, if that is whom the credential belongs to. */
    private KnownNode node(String hostGuid) {
        String bearer = Bearer.of(EmfIdentity.AUTHORIZATION.get(Context.current()))
                .orElseThrow(() -> Refusal.of(ProblemType.UNAUTHENTICATED));
        Optional<Token> own = Token.parse(bearer).filter(token -> token.kind() == Token.Kind.NODE);
        if (own.isPresent()) {
            KnownNode node = nodes.authenticate(own.get()).orElseThrow(() -> Refusal.of(ProblemType.UNAUTHENTICATED));
            UUID host = host(hostGuid);
            if (!host.equals(nodes.hostGuid(node))) {
                throw Refusal.of(ProblemType.FORBIDDEN, "The token is that of another host than host_guid names.");
            }
            return node;
        }
        EmfTokens.Agent agent = tokens.read(bearer).orElseThrow(() -> Refusal.of(ProblemType.UNAUTHENTICATED));
        if (!host(hostGuid).equals(agent.host())) {
            throw Refusal.of(ProblemType.FORBIDDEN, "The token is that of another host than host_guid names.");
        }
        return nodes.findHost(agent.tenant(), agent.host())
                .orElseThrow(() -> Refusal.of(ProblemType.NOT_FOUND, "No node of the tenant has this host_guid."));
    }

    private static UUID host(String hostGuid) {
        UUID host = EmfTokens.uuid(hostGuid.strip());
        if (host == null) {
            throw Refusal.at("/host_guid", "is no UUID; 36 characters in any letter case are allowed");
        }
        return host;
    }

    private static EmfStatus status(UpdateStatus status) {
        EmfStatus.Level level = switch (status.getStatusType()) {
            case STATUS_TYPE_UP_TO_DATE -> EmfStatus.Level.UP_TO_DATE;
            case STATUS_TYPE_STARTED -> EmfStatus.Level.STARTED;
            case STATUS_TYPE_UPDATED -> EmfStatus.Level.UPDATED;
            case STATUS_TYPE_FAILED -> EmfStatus.Level.FAILED;
            case STATUS_TYPE_DOWNLOADING -> EmfStatus.Level.DOWNLOADING;
            case STATUS_TYPE_DOWNLOADED -> EmfStatus.Level.DOWNLOADED;
            // A word of a later version of the agent says nothing that we understand; it still gets its answer.
            case STATUS_TYPE_UNSPECIFIED, UNRECOGNIZED -> EmfStatus.Level.UNSPECIFIED;
        };
        String detail = status.getStatusDetail();
        return new EmfStatus(level, detail.substring(0, Math.min(detail.length(), LONGEST_DETAIL)));
    }

    /** Whatever an agent looks for is there: without it, it ignores the whole answer. */
    private static PlatformUpdateStatusResponse response(EmfOffer offer) {
        return PlatformUpdateStatusResponse.newBuilder()
                .setUpdateSource(NO_PACKAGES)
                .setUpdateSchedule(schedule(offer))
                .setOsType(PlatformUpdateStatusResponse.OSType.OS_TYPE_IMMUTABLE)
                .setOsProfileUpdateSource(source(offer.image()))
                .build();
    }

    private static UpdateSchedule schedule(EmfOffer offer) {
        return offer.schedule() == null
                ? UpdateSchedule.getDefaultInstance()
                : UpdateSchedule.newBuilder()
                        .setSingleSchedule(SingleSchedule.newBuilder()
                                .setStartSeconds(offer.schedule().start().getEpochSecond())
                                .setEndSeconds(offer.schedule().end().getEpochSecond()))
                        .build();
    }

    private static OSProfileUpdateSource source(EmfOffer.@Nullable Target image) {
        return image == null
                ? OSProfileUpdateSource.getDefaultInstance()
                : OSProfileUpdateSource.newBuilder()
                        .setOsImageUrl(image.path())
                        .setOsImageId(image.id())
                        .setOsImageSha(image.sha256())
                        .setProfileName(image.family())
                        .setProfileVersion(image.version())
                        .build();
    }
}
