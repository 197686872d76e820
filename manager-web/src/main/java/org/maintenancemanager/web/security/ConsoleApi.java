package org.maintenancemanager.web.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Serves {@code /console/api/...} by the handlers of {@code /api/...}, once the chain of the console has let the call in. */
@Component
@Order(-50) // behind the security filters, which are at -100; before whatever looks at paths
class ConsoleApi extends OncePerRequestFilter {
    static final String CONSOLE = "/console";
    static final String PREFIX = CONSOLE + "/api/";

    /** The path of the same call outside of the console. */
    static String path(String uri) {
        return uri.startsWith(PREFIX) ? uri.substring(CONSOLE.length()) : uri;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getRequestURI().startsWith(PREFIX);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(
                new HttpServletRequestWrapper(request) {
                    @Override
                    public String getRequestURI() {
                        return path(super.getRequestURI());
                    }

                    @Override
                    public String getServletPath() {
                        return path(super.getServletPath());
                    }

                    @Override
                    public StringBuffer getRequestURL() {
                        var url = super.getRequestURL();
                        int at = url.indexOf(super.getRequestURI());
                        return at < 0 ? url : url.delete(at, at + CONSOLE.length());
                    }
                },
                response);
    }
}
