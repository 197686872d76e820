package org.maintenancemanager.web.emf;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.maintenancemanager.api.grpc.maintmgr.MaintmgrServiceGrpc;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.stereotype.Component;

/** Keeps what an agent shows as its credential until its message, which names its host, is read. */
@Component
@GlobalServerInterceptor
class EmfIdentity implements ServerInterceptor {
    static final Context.Key<String> AUTHORIZATION = Context.key("emfAuthorization");

    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!MaintmgrServiceGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
            return next.startCall(call, headers);
        }
        String authorization = headers.get(HEADER);
        return Contexts.interceptCall(
                Context.current().withValue(AUTHORIZATION, authorization == null ? "" : authorization),
                call,
                headers,
                next);
    }
}
