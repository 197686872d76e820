package org.maintenancemanager.web.security;

import java.util.concurrent.TimeUnit;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.Request;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Tomcat's HTTP, which ends a connection whose request is not there yet when {@code connectionTimeout} has passed since its
 * first byte. Tomcat itself counts that time anew with every byte, so that somebody who sends one now and then would keep
 * the connection for ever. Public, with this constructor, since Tomcat makes it by its name.
 */
public final class ImpatientHttp11 extends Http11NioProtocol {
    /** Ends those that are too slow; to be called every now and then. */
    void endSlow() {
        long now = System.nanoTime();
        long most = TimeUnit.MILLISECONDS.toNanos(getConnectionTimeout());
        for (SocketWrapperBase<NioChannel> connection : getEndpoint().getConnections()) {
            // While a thread reads or answers, there is none, nor between two requests. What waits here lacks a part of
            // its line or headers, or is answered asynchronously.
            if (connection.getCurrentProcessor() instanceof AbstractProcessor waiting
                    && !waiting.isAsync()
                    && !waiting.isUpgrade()
                    && isTooSlow(waiting.getRequest(), now, most)) {
                connection.close();
            }
        }
    }

    private static boolean isTooSlow(Request request, long now, long most) {
        long begun = request.getStartTimeNanos();
        return begun >= 0 && now - begun > most;
    }
}
