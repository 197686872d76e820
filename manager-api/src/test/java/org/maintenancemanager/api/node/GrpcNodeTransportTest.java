package org.maintenancemanager.api.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.grpc.node.Directive;
import org.maintenancemanager.api.grpc.node.EnrollRequest;
import org.maintenancemanager.api.grpc.node.EnrollResponse;
import org.maintenancemanager.api.grpc.node.ImageManifest;
import org.maintenancemanager.api.grpc.node.NodeServiceGrpc;
import org.maintenancemanager.api.grpc.node.Permit;
import org.maintenancemanager.api.grpc.node.PollRequest;
import org.maintenancemanager.api.grpc.node.PollResponse;
import org.maintenancemanager.api.grpc.node.ReportOutcome;
import org.maintenancemanager.api.grpc.node.ReportRequest;
import org.maintenancemanager.api.grpc.node.ReportResponse;

@SuppressWarnings("NullAway.Init")
class GrpcNodeTransportTest {
    private final List<String> tokens = Collections.synchronizedList(new ArrayList<>());
    private final FakeService service = new FakeService();
    private Server server;
    private ManagedChannel channel;
    private GrpcNodeTransport transport;

    @BeforeEach
    void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(service)
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, A> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                        tokens.add(String.valueOf(
                                headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER))));
                        return next.startCall(call, headers);
                    }
                })
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
        transport = new GrpcNodeTransport(channel);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void pollCarriesTokenAndFields() throws Exception {
        service.poll = PollResponse.newBuilder()
                .setDirective(Directive.INSTALL)
                .setAssignmentVersion(77)
                .setUpdateId("u1")
                .setImage(ImageManifest.newBuilder()
                        .setImageId("i1")
                        .setFamily("edge")
                        .setVersion("2.0")
                        .setReleaseCounter(20)
                        .setArchitecture("x86_64")
                        .setUrl("/node/v1/artifacts/" + Examples.SHA256)
                        .setSizeBytes(3_000_000_000L)
                        .setSha256(Examples.SHA256)
                        .setSignatureEnvelope("{\"payload\":\"\"}"))
                .setPermit(Permit.newBuilder().setId("p1").setValidForSeconds(600))
                .setNextPollSeconds(10)
                .setAckedSeq(4)
                .setServerEpoch("e1")
                .setBytesPerSecond(250_000)
                .build();

        assertThat(transport.poll("mmnt_1.s", Examples.POLL)).isEqualTo(new PollResult.Changed(Examples.INSTALL));
        assertThat(tokens).containsExactly("Bearer mmnt_1.s");

        service.poll = PollResponse.newBuilder()
                .setUnchanged(true)
                .setNextPollSeconds(33)
                .setServerEpoch("e2")
                .build();
        assertThat(transport.poll("mmnt_1.s", Examples.POLL)).isEqualTo(new PollResult.Unchanged(33, "e2"));

        service.poll = PollResponse.getDefaultInstance();
        assertThat(transport.poll("mmnt_1.s", Examples.POLL)).isInstanceOf(Retry.class);
    }

    @Test
    void reportsAndEnrollmentsAreCarried() throws Exception {
        service.report = ReportResponse.newBuilder()
                .setAckedSeq(2)
                .addOutcomes(ReportOutcome.newBuilder().setSeq(1).setApplied(true))
                .addOutcomes(ReportOutcome.newBuilder().setSeq(2).setReason("The update has already ended."))
                .setNextPollSeconds(3)
                .setServerEpoch("e1")
                .build();
        service.enroll = EnrollResponse.newBuilder()
                .setStatus(EnrollResponse.Status.ENROLLED)
                .setNodeId("n1")
                .setNodeToken("mmnt_1.s")
                .setNextPollSeconds(5)
                .setServerEpoch("e1")
                .build();

        assertThat(transport.report("t", Examples.FULL_REPORT)).isEqualTo(new ReportResult.Stored(Examples.STORED));
        assertThat(transport.report("t", Examples.SHORT_REPORT)).isInstanceOf(ReportResult.Stored.class);
        assertThat(transport.enroll(Examples.FULL_ENROLL))
                .isEqualTo(new EnrollResult.Enrolled(Examples.ENROLLED, "mmnt_1.s"));
        assertThat(transport.enroll(Examples.SHORT_ENROLL)).isInstanceOf(EnrollResult.Enrolled.class);
        assertThat(tokens).endsWith("null", "null");
    }

    @Test
    void failuresAreToldApartAsOverHttp() throws Exception {
        var trailers = new Metadata();
        trailers.put(Metadata.Key.of("retry-after", Metadata.ASCII_STRING_MARSHALLER), "8");
        trailers.put(Metadata.Key.of("problem-code", Metadata.ASCII_STRING_MARSHALLER), "too-large");

        service.failure = Status.UNAVAILABLE.asRuntimeException(trailers);
        assertThat(transport.poll("t", Examples.POLL))
                .isInstanceOfSatisfying(
                        Retry.class, retry -> assertThat(retry.afterSeconds()).isEqualTo(8));
        service.failure = Status.INVALID_ARGUMENT.withDescription("why").asRuntimeException(trailers);
        assertThat(transport.poll("t", Examples.POLL)).isEqualTo(new Refused(413, "too-large", "why"));
        service.failure = Status.UNAUTHENTICATED.asRuntimeException();
        assertThat(transport.poll("t", Examples.POLL)).isEqualTo(new Refused(401, "http-401", ""));

        server.shutdownNow().awaitTermination();
        assertThat(transport.poll("t", Examples.POLL)).isInstanceOf(Retry.class);
    }

    @Test
    void theWordsAreThoseOfTheProtoFile() {
        assertThat(Arrays.stream(UpdateState.values()).map(Enum::name).toList())
                .containsExactlyElementsOf(wordsOf(org.maintenancemanager.api.grpc.node.UpdateState.values()));
        assertThat(Arrays.stream(FailurePhase.values())
                        .map(phase -> phase + "_PHASE")
                        .toList())
                .containsExactlyElementsOf(wordsOf(org.maintenancemanager.api.grpc.node.FailurePhase.values()));
    }

    private static List<String> wordsOf(Enum<?>[] words) {
        return Arrays.stream(words)
                .map(Enum::name)
                .filter(word -> !word.equals("UNRECOGNIZED") && !word.endsWith("_UNSPECIFIED"))
                .toList();
    }

    private static final class FakeService extends NodeServiceGrpc.NodeServiceImplBase {
        volatile PollResponse poll = PollResponse.getDefaultInstance();
        volatile ReportResponse report = ReportResponse.getDefaultInstance();
        volatile EnrollResponse enroll = EnrollResponse.getDefaultInstance();
        volatile @Nullable RuntimeException failure;

        @Override
        public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> observer) {
            answer(enroll, observer);
        }

        @Override
        public void poll(PollRequest request, StreamObserver<PollResponse> observer) {
            answer(poll, observer);
        }

        @Override
        public void report(ReportRequest request, StreamObserver<ReportResponse> observer) {
            answer(report, observer);
        }

        private <T> void answer(T message, StreamObserver<T> observer) {
            RuntimeException thrown = failure;
            if (thrown != null) {
                observer.onError(thrown);
                return;
            }
            observer.onNext(message);
            observer.onCompleted();
        }
    }
}
