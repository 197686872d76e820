package org.maintenancemanager.web.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.maintenancemanager.core.access.ApiTokenDirectory;
import org.maintenancemanager.core.access.Caller;
import org.maintenancemanager.core.access.FirstApiToken;
import org.springframework.web.filter.OncePerRequestFilter;

/** Knows the caller of the admin API by the bearer token: one of ours, or that of an OpenID provider. */
class BearerFilter extends OncePerRequestFilter {
    private final ApiTokenDirectory tokens;
    private final OidcProviders providers;
    private final Admission admission;

    BearerFilter(ApiTokenDirectory tokens, OidcProviders providers, Admission admission) {
        this.tokens = tokens;
        this.providers = providers;
        this.admission = admission;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<String> credential = Bearer.of(request.getHeader("Authorization"));
        Optional<Caller> caller = credential
                .flatMap(FirstApiToken::read)
                .flatMap(token -> tokens.authenticate(token, request.getRemoteAddr()))
                .or(() -> credential.flatMap(providers::automation));
        if (caller.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        admission.admit(caller.get(), request.getRequestURI(), request, response, chain);
    }
}
