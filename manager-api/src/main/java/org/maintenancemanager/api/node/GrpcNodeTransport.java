package org.maintenancemanager.api.node;

import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.grpc.node.NodeServiceGrpc;
import org.maintenancemanager.api.grpc.node.NodeServiceGrpc.NodeServiceBlockingStub;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewRequest;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.problem.ProblemType;

/** The node API by gRPC. The channel is the caller's, who also closes it. */
final class GrpcNodeTransport implements NodeTransport {
    private static final long ANSWER_TIMEOUT_SECONDS = 30;
    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
    private static final Metadata.Key<String> PROBLEM_CODE = key("problem-code");
    private static final Metadata.Key<String> RETRY_AFTER = key("retry-after");

    private final NodeServiceBlockingStub service;

    GrpcNodeTransport(Channel channel) {
        this.service = NodeServiceGrpc.newBlockingStub(channel);
    }

    @Override
    public EnrollResult enroll(EnrollRequest request) throws InterruptedException {
        try {
            return HttpNodeTransport.enrolled(GrpcMessages.read(stub(null).enroll(GrpcMessages.write(request))));
        } catch (MalformedAnswer e) {
            return HttpNodeTransport.notReached(e);
        } catch (StatusRuntimeException e) {
            return switch (failure(e)) {
                case Retry retry -> retry;
                case Refused refused -> refused;
            };
        }
    }

    @Override
    public RenewResult renew(@Nullable String nodeToken, RenewRequest request) throws InterruptedException {
        try {
            return HttpNodeTransport.renewed(GrpcMessages.read(stub(nodeToken).renew(GrpcMessages.write(request))));
        } catch (MalformedAnswer e) {
            return HttpNodeTransport.notReached(e);
        } catch (StatusRuntimeException e) {
            return switch (failure(e)) {
                case Retry retry -> retry;
                case Refused refused -> refused;
            };
        }
    }

    @Override
    public PollResult poll(@Nullable String nodeToken, PollRequest request) throws InterruptedException {
        try {
            var answer = stub(nodeToken).poll(GrpcMessages.write(request));
            return answer.getUnchanged()
                    ? new PollResult.Unchanged(
                            answer.getNextPollSeconds(),
                            answer.getServerEpoch().isEmpty() ? null : answer.getServerEpoch())
                    : new PollResult.Changed(GrpcMessages.read(answer));
        } catch (MalformedAnswer e) {
            return HttpNodeTransport.notReached(e);
        } catch (StatusRuntimeException e) {
            return switch (failure(e)) {
                case Retry retry -> retry;
                case Refused refused -> refused;
            };
        }
    }

    @Override
    public ReportResult report(@Nullable String nodeToken, ReportRequest request) throws InterruptedException {
        try {
            return new ReportResult.Stored(GrpcMessages.read(stub(nodeToken).report(GrpcMessages.write(request))));
        } catch (StatusRuntimeException e) {
            return switch (failure(e)) {
                case Retry retry -> retry;
                case Refused refused -> refused;
            };
        }
    }

    private NodeServiceBlockingStub stub(@Nullable String nodeToken) {
        NodeServiceBlockingStub stub = service.withDeadlineAfter(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (nodeToken == null) {
            return stub;
        }
        var headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + nodeToken);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static Failure failure(StatusRuntimeException e) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted in a gRPC call");
        }
        Status status = e.getStatus();
        String why = status.getDescription() == null ? "" : status.getDescription();
        Metadata trailers = e.getTrailers() == null ? new Metadata() : e.getTrailers();
        if (status.getCode() == Status.Code.PERMISSION_DENIED && seconds(trailers.get(RETRY_AFTER)) > 0) {
            // Refused for the time being, as while the tenant is suspended.
            return new Retry(seconds(trailers.get(RETRY_AFTER)), "gRPC status " + status.getCode() + " " + why);
        }
        return switch (status.getCode()) {
            case UNAVAILABLE,
                    RESOURCE_EXHAUSTED,
                    DEADLINE_EXCEEDED,
                    CANCELLED,
                    ABORTED,
                    INTERNAL,
                    UNKNOWN,
                    DATA_LOSS,
                    OK -> new Retry(seconds(trailers.get(RETRY_AFTER)), "gRPC status " + status.getCode() + " " + why);
            case UNAUTHENTICATED -> refused(trailers, 401, why);
            case PERMISSION_DENIED -> refused(trailers, 403, why);
            case NOT_FOUND -> refused(trailers, 404, why);
            case UNIMPLEMENTED -> refused(trailers, 405, why);
            case ALREADY_EXISTS, FAILED_PRECONDITION -> refused(trailers, 409, why);
            case INVALID_ARGUMENT, OUT_OF_RANGE -> refused(trailers, 400, why);
        };
    }

    /** The problem's own code, where it came along, says more than the gRPC status. */
    private static Refused refused(Metadata trailers, int status, String why) {
        String code = trailers.get(PROBLEM_CODE);
        for (ProblemType type : ProblemType.values()) {
            if (type.code().equals(code)) {
                return new Refused(type.httpStatus(), type.code(), why);
            }
        }
        return new Refused(status, "http-" + status, why);
    }

    private static int seconds(@Nullable String value) {
        return value == null ? 0 : HttpNodeTransport.seconds(value);
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
