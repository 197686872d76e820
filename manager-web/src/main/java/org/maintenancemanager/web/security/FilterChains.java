package org.maintenancemanager.web.security;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.access.ApiTokenDirectory;
import org.maintenancemanager.core.access.Caller.Scope;
import org.maintenancemanager.core.access.SessionDirectory;
import org.maintenancemanager.web.problem.ProblemWriter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/**
 * Who may call what, from the first chain that matches a path. The node API stands before them all with a filter of its
 * own; here are the admin API (bearer tokens only: it ignores cookies), the console (sessions), the actuator, and a last
 * chain that denies everything else. What a call needs beyond a credential stands in {@link AccessRules}.
 */
@Configuration(proxyBeanMethods = false)
class FilterChains {
    /** Answers of an API are never a page. */
    private static final String NO_PAGE =
            "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    /** Nothing but our own files; {@code data:} for the small pictures in style sheets. */
    private static final String OUR_PAGES =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; object-src 'none';"
                    + " base-uri 'none'; frame-ancestors 'none'";

    private static final String[] OF_ONESELF = {
        "/console/session",
        "/console/session:reauthenticate",
        "/console/sessions",
        "/console/sessions/**",
        "/console/password",
        "/console/totp",
        "/console/totp:confirm"
    };

    private final BearerFilter bearer;
    private final SessionFilter session;
    private final OidcLogIn oidc;

    FilterChains(
            ApiTokenDirectory tokens,
            SessionDirectory sessions,
            Admission admission,
            OidcProviders providers,
            OidcLogIn oidc) {
        this.oidc = oidc;
        this.bearer = new BearerFilter(tokens, providers, admission);
        this.session = new SessionFilter(sessions, admission);
    }

    @Bean
    @Order(1)
    SecurityFilterChain adminApi(HttpSecurity http) {
        return plain(http.securityMatcher("/api/**"), NO_PAGE)
                .addFilterBefore(bearer, AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(FilterChains::byScope)
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain console(HttpSecurity http) {
        return plain(http.securityMatcher("/", "/console", "/console/**"), OUR_PAGES)
                .addFilterBefore(session, AnonymousAuthenticationFilter.class)
                .addFilterBefore(oidc.start(), AnonymousAuthenticationFilter.class)
                .addFilterBefore(oidc.finish(), AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(
                        requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC)
                                .permitAll()
                                .requestMatchers(HttpMethod.POST, "/console/login")
                                .permitAll()
                                .requestMatchers(OF_ONESELF)
                                .authenticated()
                                .requestMatchers(HttpMethod.GET, "/console/api/**")
                                .hasAuthority(Scope.READ.word())
                                .requestMatchers(HttpMethod.HEAD, "/console/api/**")
                                .hasAuthority(Scope.READ.word())
                                .requestMatchers("/console/api/**")
                                .hasAuthority(Scope.WRITE.word())
                                // The pages and their files, which tell nothing.
                                .requestMatchers(HttpMethod.GET)
                                .permitAll()
                                .requestMatchers(HttpMethod.HEAD)
                                .permitAll()
                                .anyRequest()
                                .denyAll())
                .build();
    }

    @Bean
    @Order(3)
    SecurityFilterChain actuator(HttpSecurity http) {
        return plain(http.securityMatcher("/actuator/**"), NO_PAGE)
                .addFilterBefore(bearer, AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(requests -> requests.requestMatchers(HttpMethod.GET, "/actuator/health/**")
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/actuator/prometheus")
                        .hasAuthority(Scope.READ.word())
                        .anyRequest()
                        .denyAll())
                .build();
    }

    @Bean
    @Order(4)
    SecurityFilterChain everythingElse(HttpSecurity http) {
        return plain(http.securityMatcher("/**"), NO_PAGE)
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        // The address itself is the key.
                        .requestMatchers(HttpMethod.GET, "/calendars/feed/*")
                        .permitAll()
                        // What tells balancers whether to send calls here.
                        .requestMatchers(HttpMethod.GET, "/livez", "/readyz")
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

    private static void byScope(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry requests) {
        requests.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC)
                .permitAll()
                .requestMatchers(HttpMethod.GET)
                .hasAuthority(Scope.READ.word())
                .requestMatchers(HttpMethod.HEAD)
                .hasAuthority(Scope.READ.word())
                .anyRequest()
                .hasAuthority(Scope.WRITE.word());
    }

    /** None of Spring Security's own sessions, forms and tokens against forgery: {@link SessionFilter} has its own. */
    private static HttpSecurity plain(HttpSecurity http, String contentSecurityPolicy) {
        return http.sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .cors(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .headers(headers -> headers.contentSecurityPolicy(
                                policy -> policy.policyDirectives(contentSecurityPolicy))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER))
                        .crossOriginOpenerPolicy(opener -> opener.policy(CrossOriginOpenerPolicy.SAME_ORIGIN))
                        .crossOriginResourcePolicy(resources -> resources.policy(CrossOriginResourcePolicy.SAME_ORIGIN))
                        // Sent with answers over TLS only.
                        .httpStrictTransportSecurity(hsts ->
                                hsts.maxAgeInSeconds(Duration.ofDays(365).toSeconds())))
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
