package org.maintenancemanager.web.security;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.web.problem.ProblemWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The second look, when the handler is known: it runs only if the call was let in by the handler's own rule. So a handler
 * that nobody listed is closed, and no spelling of a path is let in as one handler and served by another.
 */
@Configuration(proxyBeanMethods = false)
class HandlerGate implements WebMvcConfigurer, HandlerInterceptor {
    private static final Logger log = LoggerFactory.getLogger(HandlerGate.class);

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (!(handler instanceof HandlerMethod)
                || request.getDispatcherType() != DispatcherType.REQUEST
                || request.getMethod().equals(HttpMethod.OPTIONS.name())) {
            return true;
        }
        String pattern = String.valueOf(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
        AccessRule own = AccessRules.of(request.getMethod(), pattern).orElse(null);
        if (own != null && (own.bound() == AccessRule.Bound.OPEN || own.equals(request.getAttribute(Admission.RULE)))) {
            return true;
        }
        log.error(
                "{} {} is closed: {}",
                request.getMethod(),
                pattern,
                own == null ? "it is not listed in AccessRules" : "it was let in as another call");
        ProblemWriter.write(response, ProblemType.FORBIDDEN, "Nobody may call this.");
        return false;
    }
}
