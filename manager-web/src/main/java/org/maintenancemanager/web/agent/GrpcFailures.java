package org.maintenancemanager.web.agent;

import io.grpc.StatusRuntimeException;

/** Refusals as gRPC has them, for the services of other protocols. */
public final class GrpcFailures {
    private GrpcFailures() {}

    public static StatusRuntimeException of(Refusal refusal) {
        return NodeGrpc.failure(refusal);
    }
}
