package org.maintenancemanager.web.security;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.access.ApiCaller.Scope;
import org.maintenancemanager.core.access.ApiTokenDirectory;
import org.maintenancemanager.web.problem.ProblemWriter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;

/**
 * Who may call what, from the first chain that matches a path. The node API stands before them all with a filter of its
 * own; here are the admin API, the actuator, and a last chain that denies everything else. Bearer tokens only, so there is
 * no session, no cookie, no CSRF.
 */
@Configuration(proxyBeanMethods = false)
class FilterChains {
    private final ApiTokenFilter apiTokens;

    FilterChains(ApiTokenDirectory tokens) {
        this.apiTokens = new ApiTokenFilter(tokens);
    }

    @Bean
    @Order(1)
    SecurityFilterChain adminApi(HttpSecurity http) {
        return bearerOnly(http.securityMatcher("/api/**"))
                .addFilterBefore(apiTokens, AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(
                        requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC)
                                .permitAll()
                                .requestMatchers(HttpMethod.GET)
                                .hasAuthority(Scope.READ.word())
                                .requestMatchers(HttpMethod.HEAD)
                                .hasAuthority(Scope.READ.word())
                                .anyRequest()
                                .hasAuthority(Scope.WRITE.word()))
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain actuator(HttpSecurity http) {
        return bearerOnly(http.securityMatcher("/actuator/**"))
                .addFilterBefore(apiTokens, AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.GET, "/actuator/health/**")
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/actuator/prometheus")
                        .hasAuthority(Scope.READ.word())
                        .anyRequest()
                        .denyAll())
                .build();
    }

    @Bean
    @Order(3)
    SecurityFilterChain everythingElse(HttpSecurity http) {
        return bearerOnly(http.securityMatcher("/**"))
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        // The address itself is the key.
                        .requestMatchers(HttpMethod.GET, "/calendars/feed/*")
                        .permitAll()
                        .anyRequest()
                        .denyAll())
                .build();
    }

    /** An observation around each of a dozen filters would cost more than they do. */
    @Bean
    SecurityObservationSettings noObservationOfFilters() {
        return SecurityObservationSettings.noObservations();
    }

    private static HttpSecurity bearerOnly(HttpSecurity http) {
        return http.sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .exceptionHandling(problems -> problems.authenticationEntryPoint(FilterChains::unauthenticated)
                        .accessDeniedHandler((request, response, e) -> forbidden(request, response)));
    }

    // The same words whatever was wrong with the credential.
    private static void unauthenticated(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException e) throws IOException {
        ProblemWriter.write(response, ProblemType.UNAUTHENTICATED, null);
    }

    private static void forbidden(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        ProblemWriter.write(
                response,
                ProblemType.FORBIDDEN,
                "The token lacks the scope '%s'.".formatted((reads ? Scope.READ : Scope.WRITE).word()));
    }
}
