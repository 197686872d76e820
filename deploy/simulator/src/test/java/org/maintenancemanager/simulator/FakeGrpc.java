package org.maintenancemanager.simulator;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.maintenancemanager.api.grpc.node.Directive;
import org.maintenancemanager.api.grpc.node.EnrollRequest;
import org.maintenancemanager.api.grpc.node.EnrollResponse;
import org.maintenancemanager.api.grpc.node.ImageManifest;
import org.maintenancemanager.api.grpc.node.NodeServiceGrpc;
import org.maintenancemanager.api.grpc.node.Permit;
import org.maintenancemanager.api.grpc.node.PollRequest;
import org.maintenancemanager.api.grpc.node.PollResponse;
import org.maintenancemanager.api.grpc.node.ReportRequest;
import org.maintenancemanager.api.grpc.node.ReportResponse;
import org.maintenancemanager.api.node.NodeMessages;
import org.maintenancemanager.api.node.UpdateState;

/** The gRPC door of a {@link FakeManager}. */
final class FakeGrpc extends NodeServiceGrpc.NodeServiceImplBase implements AutoCloseable {
    private static final Context.Key<String> TOKEN = Context.key("token");

    private final FakeManager manager;
    private final Server server;
    final AtomicInteger calls = new AtomicInteger();

    FakeGrpc(FakeManager manager) throws IOException {
        this.manager = manager;
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(this)
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, A> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                        calls.incrementAndGet();
                        String token = String.valueOf(
                                headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)));
                        return Contexts.interceptCall(Context.current().withValue(TOKEN, token), call, headers, next);
                    }
                })
                .build()
                .start();
    }

    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> observer) {
        NodeMessages.EnrollResponse response = manager.enroll(new NodeMessages.EnrollRequest(
                request.getEnrollmentToken(), request.getName(), request.getPublicKey(), null, null));
        observer.onNext(EnrollResponse.newBuilder()
                .setStatus(EnrollResponse.Status.ENROLLED)
                .setNodeId(response.nodeId())
                .setNodeToken(String.valueOf(response.nodeToken()))
                .setNextPollSeconds(response.nextPollSeconds())
                .setServerEpoch(response.serverEpoch())
                .build());
        observer.onCompleted();
    }

    @Override
    public void poll(PollRequest request, StreamObserver<PollResponse> observer) {
        NodeMessages.PollResponse response = manager.poll(
                manager.authenticate(TOKEN.get()),
                new NodeMessages.PollRequest(request.getBootId(), request.getLastSeq(), request.getKnownVersion()));
        PollResponse.Builder answer = PollResponse.newBuilder().setNextPollSeconds(1);
        if (response == null) {
            answer.setUnchanged(true);
        } else {
            answer.setDirective(Directive.valueOf(response.directive().name()))
                    .setAssignmentVersion(response.assignmentVersion())
                    .setUpdateId(String.valueOf(response.updateId()))
                    .setAckedSeq(response.ackedSeq())
                    .setServerEpoch(response.serverEpoch());
            NodeMessages.ImageManifest image = response.image();
            if (image != null) {
                answer.setImage(ImageManifest.newBuilder()
                        .setImageId(image.imageId())
                        .setVersion(image.version())
                        .setUrl(image.url())
                        .setSizeBytes(image.sizeBytes())
                        .setSha256(image.sha256()));
            }
            NodeMessages.Permit permit = response.permit();
            if (permit != null) {
                answer.setPermit(Permit.newBuilder().setId(permit.id()).setValidForSeconds(permit.validForSeconds()));
            }
        }
        observer.onNext(answer.build());
        observer.onCompleted();
    }

    @Override
    public void report(ReportRequest request, StreamObserver<ReportResponse> observer) {
        NodeMessages.ReportResponse response = manager.store(
                manager.authenticate(TOKEN.get()),
                new NodeMessages.ReportRequest(
                        request.getReportsList().stream()
                                .map(report -> new NodeMessages.Report(
                                        report.getBootId(),
                                        report.getSeq(),
                                        report.getUpdateId(),
                                        UpdateState.valueOf(report.getState().name()),
                                        null,
                                        null,
                                        null,
                                        null))
                                .toList(),
                        null));
        observer.onNext(ReportResponse.newBuilder()
                .setAckedSeq(response.ackedSeq())
                .setNextPollSeconds(response.nextPollSeconds())
                .setServerEpoch(response.serverEpoch())
                .build());
        observer.onCompleted();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
