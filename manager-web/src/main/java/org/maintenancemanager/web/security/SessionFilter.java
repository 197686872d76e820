package org.maintenancemanager.web.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.access.SessionDirectory;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.problem.ProblemWriter;
import org.springframework.web.filter.OncePerRequestFilter;

/** Knows who is logged in to the console by the cookie, and takes changes from our own pages only. */
class SessionFilter extends OncePerRequestFilter {
    private static final Set<String> READING = Set.of("GET", "HEAD");

    private final SessionDirectory sessions;
    private final Admission admission;

    SessionFilter(SessionDirectory sessions, Admission admission) {
        this.sessions = sessions;
        this.admission = admission;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (isForeign(request)) {
            ProblemWriter.write(response, ProblemType.FORBIDDEN, "The request comes from another site.");
            return;
        }
        Optional<Token> token = SessionCookie.read(request);
        Optional<SessionDirectory.Who> who = token.flatMap(sessions::authenticate);
        if (token.isEmpty() || who.isEmpty() || isOpen(request)) {
            chain.doFilter(request, response);
            return;
        }
        if (!READING.contains(request.getMethod()) && !isOurs(request, token.get())) {
            ProblemWriter.write(
                    response,
                    ProblemType.FORBIDDEN,
                    "The header %s does not hold the csrf of the session.".formatted(SessionCookie.CSRF_HEADER));
            return;
        }
        request.setAttribute(LoggedIn.WHO, who.get());
        admission.admit(who.get().caller(), ConsoleApi.path(request.getRequestURI()), request, response, chain);
    }

    /** A log-in starts anew, whoever was logged in before; pages and their files are everybody's. */
    private static boolean isOpen(HttpServletRequest request) {
        return AccessRules.matching(request.getMethod(), ConsoleApi.path(request.getRequestURI()))
                .map(rule -> rule.bound() == AccessRule.Bound.OPEN)
                .orElse(!request.getRequestURI().startsWith(ConsoleApi.PREFIX));
    }

    private static boolean isOurs(HttpServletRequest request, Token session) {
        String given = request.getHeader(SessionCookie.CSRF_HEADER);
        return given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8),
                        SessionCookie.csrf(session).getBytes(StandardCharsets.UTF_8));
    }

    /** Browsers say so themselves. */
    private static boolean isForeign(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        return site != null
                && !READING.contains(request.getMethod())
                && !site.equals("same-origin")
                && !site.equals("none");
    }
}
