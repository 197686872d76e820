package org.maintenancemanager.web.agent;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.update.KnownNode;
import org.maintenancemanager.web.ops.RequestIds;
import org.maintenancemanager.web.security.AccessRules;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.stereotype.Component;

/**
 * Knows the node by its certificate or by the metadata {@code authorization: Bearer <node token>}, before its message is read. Whatever is not
 * listed as open needs a node's token, also services that somebody adds later.
 */
@Component
@GlobalServerInterceptor
class NodeGrpcIdentity implements ServerInterceptor {
    static final Context.Key<KnownNode> NODE = Context.key("node");
    static final Context.Key<String> REQUEST_ID = Context.key("requestId");

    static final Context.Key<Shown> SHOWN = Context.key("shown");

    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
    private static final Metadata.Key<String> REQUEST_ID_KEY = key(RequestIds.HEADER.toLowerCase(Locale.ROOT));

    private final NodeCalls calls;

    NodeGrpcIdentity(NodeCalls calls) {
        this.calls = calls;
    }

    /** What the call brought. */
    record Shown(
            @Nullable X509Certificate certificate, @Nullable String authorization) {}

    /** Of the connection, if it is one of TLS and the client showed one. */
    private static @Nullable X509Certificate certificate(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return null;
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate first ? first : null;
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }

    static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String requestId = RequestIds.of(headers.get(REQUEST_ID_KEY));
        var named = new SimpleForwardingServerCall<Q, A>(call) {
            @Override
            public void sendHeaders(Metadata answer) {
                answer.put(REQUEST_ID_KEY, requestId);
                super.sendHeaders(answer);
            }
        };
        Context context = Context.current().withValue(REQUEST_ID, requestId);
        if (!AccessRules.isOpenByGrpc(call.getMethodDescriptor().getFullMethodName())) {
            try {
                var shown = new Shown(certificate(call), headers.get(AUTHORIZATION));
                context = context.withValue(NODE, calls.authenticate(shown.certificate(), shown.authorization()))
                        .withValue(SHOWN, shown);
            } catch (RuntimeException e) {
                StatusRuntimeException failure = NodeGrpc.failure(Refusal.because(e));
                Metadata trailers = failure.getTrailers() == null ? new Metadata() : failure.getTrailers();
                trailers.put(REQUEST_ID_KEY, requestId);
                call.close(failure.getStatus(), trailers);
                return new ServerCall.Listener<>() {};
            }
        }
        return Contexts.interceptCall(context, named, headers, next);
    }
}
