package org.maintenancemanager.web.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.grpc.node.EnrollRequest;
import org.maintenancemanager.api.grpc.node.EnrollResponse;
import org.maintenancemanager.api.grpc.node.NodeFacts;
import org.maintenancemanager.api.grpc.node.NodeServiceGrpc;
import org.maintenancemanager.api.grpc.node.NodeServiceGrpc.NodeServiceBlockingStub;
import org.maintenancemanager.api.grpc.node.PollRequest;
import org.maintenancemanager.api.grpc.node.PollResponse;
import org.maintenancemanager.api.grpc.node.Report;
import org.maintenancemanager.api.grpc.node.ReportRequest;
import org.maintenancemanager.api.grpc.node.UpdateState;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.testing.ManagerUnderTest;

@NullMarked
class NodeGrpcTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();
    private final ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", manager.grpcPort())
            .usePlaintext()
            .build();

    @AfterEach
    void closeTheChannel() {
        channel.shutdownNow();
    }

    @Test
    void aNodeEnrollsAndPollsAsByRest() {
        EnrollResponse enrolled = enroll(manager.newEnrollmentToken(1, "AUTO"));
        assertThat(enrolled.getStatus()).isEqualTo(EnrollResponse.Status.ENROLLED);

        PollResponse answer = as(enrolled.getNodeToken())
                .poll(PollRequest.newBuilder().setBootId("b").build());
        assertThat(answer.getUnchanged()).isTrue();
        assertThat(answer.getNextPollSeconds()).isPositive();
        assertThat(as(enrolled.getNodeToken())
                        .report(ReportRequest.getDefaultInstance())
                        .getAckedSeq())
                .isZero();
        assertThat(manager.nodeCall("poll", enrolled.getNodeToken(), "{\"bootId\":\"b\"}")
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void withoutANodesTokenNothingIsOpen() {
        for (NodeServiceBlockingStub stub : new NodeServiceBlockingStub[] {
            NodeServiceGrpc.newBlockingStub(channel),
            as("nonsense"),
            as(Token.generate(Token.Kind.NODE).text()),
            as(manager.apiToken())
        }) {
            assertThat(failure(() -> stub.poll(
                                    PollRequest.newBuilder().setBootId("b").build()))
                            .getStatus()
                            .getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(failure(() -> stub.report(ReportRequest.getDefaultInstance()))
                            .getStatus()
                            .getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        }
    }

    @Test
    void aBadEnrollmentTokenIsRefused() {
        assertThat(failure(() -> enroll(Token.generate(Token.Kind.ENROLLMENT)))
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void aWrongFieldIsNamedInTheTrailers() {
        String token = manager.newNode("node-" + UUID.randomUUID()).token();

        StatusRuntimeException missing = failure(() -> as(token)
                .report(ReportRequest.newBuilder()
                        .addReports(Report.newBuilder().setBootId("b").setState(UpdateState.TRIAL))
                        .build()));
        StatusRuntimeException unknown = failure(() -> as(token)
                .report(ReportRequest.newBuilder()
                        .addReports(Report.newBuilder().setBootId("b").setSeq(1).setStateValue(99))
                        .build()));

        assertThat(missing.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(trailer(missing, "problem-code")).isEqualTo("invalid-request");
        assertThat(trailer(missing, "problem-pointer")).isEqualTo("/reports/0/seq");
        assertThat(trailer(unknown, "problem-pointer")).isEqualTo("/reports/0/state");
    }

    @Test
    void aMessageOverTheLimitIsRefused() {
        String token = manager.newNode("node-" + UUID.randomUUID()).token();

        assertThat(failure(() -> as(token)
                                .poll(PollRequest.newBuilder()
                                        .setBootId("b".repeat(64 * 1024))
                                        .build()))
                        .getStatus()
                        .getCode())
                .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);
    }

    private EnrollResponse enroll(Token token) {
        return NodeServiceGrpc.newBlockingStub(channel)
                .enroll(EnrollRequest.newBuilder()
                        .setEnrollmentToken(token.text())
                        .setName("node-" + UUID.randomUUID())
                        .setPublicKey(ManagerUnderTest.newPublicKey().replace("\\n", "\n"))
                        .setFacts(NodeFacts.newBuilder().setArchitecture("x86_64"))
                        .build());
    }

    private NodeServiceBlockingStub as(String token) {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        return NodeServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static StatusRuntimeException failure(Runnable call) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call::run);
        assertThat(failure).as("the call should fail").isNotNull();
        return failure;
    }

    private static String trailer(StatusRuntimeException failure, String name) {
        Metadata trailers = Objects.requireNonNull(failure.getTrailers(), "a refusal has trailers");
        return String.valueOf(trailers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
    }
}
