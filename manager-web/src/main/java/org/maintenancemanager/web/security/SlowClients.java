package org.maintenancemanager.web.security;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.coyote.ProtocolHandler;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Ends HTTP clients that do not come to the point, once a second, on all listeners but the actuator's. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class SlowClients implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {
    private final List<ImpatientHttp11> listeners = new CopyOnWriteArrayList<>();

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.setProtocol(ImpatientHttp11.class.getName());
    }

    @EventListener
    void started(WebServerInitializedEvent event) {
        if (event.getWebServer() instanceof TomcatWebServer tomcat) {
            for (var connector : tomcat.getTomcat().getService().findConnectors()) {
                ProtocolHandler handler = connector.getProtocolHandler();
                if (handler instanceof ImpatientHttp11 listener) {
                    listeners.add(listener);
                }
            }
        }
    }

    @Scheduled(fixedDelayString = "PT1S")
    void endSlow() {
        listeners.forEach(ImpatientHttp11::endSlow);
    }
}
