package org.maintenancemanager.web.agent;

import java.util.concurrent.Executors;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerExecutorProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** Puts the node API before everything else that handles requests. */
@Configuration(proxyBeanMethods = false)
class NodeApiConfiguration {
    @Bean
    FilterRegistrationBean<NodeApi> nodeApi(NodeCalls calls, ArtifactAnswer artifacts, CallTimes times) {
        var registration = new FilterRegistrationBean<>(new NodeApi(calls, artifacts, times));
        registration.addUrlPatterns(NodeApi.PATH + "*");
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    /** Reports wait for their commit: on virtual threads, so that waiting costs nothing. */
    @Bean
    GrpcServerExecutorProvider grpcExecutor() {
        var executor = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("grpc-", 0).factory());
        return () -> executor;
    }
}
