package org.maintenancemanager.web.agent;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Callable;
import org.maintenancemanager.api.grpc.node.EnrollRequest;
import org.maintenancemanager.api.grpc.node.EnrollResponse;
import org.maintenancemanager.api.grpc.node.NodeServiceGrpc;
import org.maintenancemanager.api.grpc.node.PollRequest;
import org.maintenancemanager.api.grpc.node.PollResponse;
import org.maintenancemanager.api.grpc.node.RenewRequest;
import org.maintenancemanager.api.grpc.node.RenewResponse;
import org.maintenancemanager.api.grpc.node.ReportRequest;
import org.maintenancemanager.api.grpc.node.ReportResponse;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.core.update.PollAnswer;
import org.maintenancemanager.web.agent.CallTimes.Call;
import org.maintenancemanager.web.agent.CallTimes.Outcome;
import org.maintenancemanager.web.agent.CallTimes.Transport;
import org.springframework.stereotype.Component;

/** The node API by gRPC: the same calls, checks and answers as REST. */
@Component
class NodeGrpc extends NodeServiceGrpc.NodeServiceImplBase {
    private final NodeCalls calls;
    private final CallTimes times;

    NodeGrpc(NodeCalls calls, CallTimes times) {
        this.calls = calls;
        this.times = times;
    }

    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> observer) {
        answer(
                Call.ENROLL,
                observer,
                () -> ProtoMessages.write(calls.enroll(ProtoMessages.read(request), requestId())));
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<RenewResponse> observer) {
        answer(Call.RENEW, observer, () -> {
            KnownNode node = NodeGrpcIdentity.NODE.get(Context.current());
            calls.countRenewal(node);
            NodeGrpcIdentity.Shown shown = NodeGrpcIdentity.SHOWN.get(Context.current());
            return ProtoMessages.write(calls.renew(
                    node, shown.certificate(), shown.authorization(), ProtoMessages.read(request), requestId()));
        });
    }

    @Override
    public void poll(PollRequest request, StreamObserver<PollResponse> observer) {
        answer(Call.POLL, observer, () -> {
            KnownNode node = NodeGrpcIdentity.NODE.get(Context.current());
            calls.countPoll(node);
            return switch (calls.poll(node, ProtoMessages.read(request), requestId())) {
                case PollAnswer.Unchanged unchanged -> ProtoMessages.unchanged(unchanged);
                case PollAnswer.Changed changed -> ProtoMessages.write(changed.response());
                case PollAnswer.Overloaded overloaded ->
                    throw Refusal.retry(ProblemType.UNAVAILABLE, overloaded.retryAfterSeconds());
            };
        });
    }

    @Override
    public void report(ReportRequest request, StreamObserver<ReportResponse> observer) {
        answer(
                Call.REPORT,
                observer,
                () -> ProtoMessages.write(calls.report(
                        NodeGrpcIdentity.NODE.get(Context.current()), ProtoMessages.read(request), requestId())));
    }

    private static String requestId() {
        return NodeGrpcIdentity.REQUEST_ID.get(Context.current());
    }

    private <T> void answer(Call call, StreamObserver<T> observer, Callable<T> work) {
        long start = System.nanoTime();
        Outcome outcome;
        try {
            T answer = work.call();
            outcome = answer instanceof PollResponse poll && poll.getUnchanged() ? Outcome.UNCHANGED : Outcome.OK;
            observer.onNext(answer);
            observer.onCompleted();
        } catch (Exception e) {
            Refusal refusal = Refusal.because(e);
            outcome = CallTimes.outcomeOf(refusal.type());
            observer.onError(failure(refusal));
        }
        times.count(Transport.GRPC, call, outcome, System.nanoTime() - start);
    }

    /** The problem's code, wrong fields and time to wait travel as trailers, in words as REST has them. */
    static StatusRuntimeException failure(Refusal refusal) {
        var trailers = new Metadata();
        trailers.put(NodeGrpcIdentity.key("problem-code"), refusal.type().code());
        refusal.errors().stream()
                .findFirst()
                .ifPresent(error -> trailers.put(NodeGrpcIdentity.key("problem-pointer"), ascii(error.pointer())));
        if (refusal.retryAfterSeconds() > 0) {
            trailers.put(NodeGrpcIdentity.key("retry-after"), String.valueOf(refusal.retryAfterSeconds()));
        }
        StringBuilder description = new StringBuilder(refusal.type().title());
        if (refusal.detail() != null) {
            description.append(": ").append(refusal.detail());
        }
        refusal.errors()
                .forEach(error -> description
                        .append("; ")
                        .append(error.pointer())
                        .append(' ')
                        .append(error.detail()));
        return Status.fromCode(Status.Code.valueOf(refusal.type().grpcCode()))
                .withDescription(description.toString())
                .asRuntimeException(trailers);
    }

    /** A pointer may hold a label's name, and metadata nothing but printable ASCII. */
    private static String ascii(String text) {
        return text.replaceAll("[^ -~]", "?");
    }
}
