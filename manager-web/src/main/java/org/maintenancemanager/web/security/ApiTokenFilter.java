package org.maintenancemanager.web.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.maintenancemanager.core.access.ApiCaller;
import org.maintenancemanager.core.access.ApiTokenDirectory;
import org.maintenancemanager.core.access.FirstApiToken;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.web.ops.CallScope;
import org.maintenancemanager.web.ops.RequestIds;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.web.filter.OncePerRequestFilter;

/** Knows the caller of the admin API by the bearer token, and binds the context of the call. */
class ApiTokenFilter extends OncePerRequestFilter {
    private final ApiTokenDirectory tokens;

    ApiTokenFilter(ApiTokenDirectory tokens) {
        this.tokens = tokens;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<ApiCaller> caller = Bearer.of(request.getHeader("Authorization"))
                .flatMap(FirstApiToken::read)
                .flatMap(tokens::authenticate);
        if (caller.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        SecurityContextHolder.setContext(new SecurityContextImpl(authentication(caller.get())));
        var context = new CallContext(
                caller.get().tenant(),
                CallContext.ActorKind.API_TOKEN,
                caller.get().actor(),
                response.getHeader(RequestIds.HEADER));
        try {
            CallScope.call(context, () -> {
                chain.doFilter(request, response);
                return true;
            });
        } catch (IOException | ServletException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        } finally {
            SecurityContextHolder.clearContext();
        }
    }

    // The same request, dispatched again by the container for its error page or an asynchronous answer, is the same
    // call.
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    /** A caller as Spring Security sees it; the scopes are its authorities. */
    private static Authentication authentication(ApiCaller caller) {
        return new PreAuthenticatedAuthenticationToken(
                caller,
                "",
                AuthorityUtils.createAuthorityList(
                        caller.scopes().stream().map(ApiCaller.Scope::word).toList()));
    }
}
