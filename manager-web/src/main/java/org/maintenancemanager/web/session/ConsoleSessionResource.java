package org.maintenancemanager.web.session;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AccessGrant;
import org.maintenancemanager.api.admin.ConsoleLogin;
import org.maintenancemanager.api.admin.ConsoleSession;
import org.maintenancemanager.api.admin.PasswordChange;
import org.maintenancemanager.api.admin.PasswordProof;
import org.maintenancemanager.api.admin.RecoveryCodes;
import org.maintenancemanager.api.admin.Session;
import org.maintenancemanager.api.admin.TotpCode;
import org.maintenancemanager.api.admin.TotpSecret;
import org.maintenancemanager.api.problem.Problem.FieldError;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.access.Caller;
import org.maintenancemanager.core.access.LogIns;
import org.maintenancemanager.core.access.LogIns.Outcome;
import org.maintenancemanager.core.access.People;
import org.maintenancemanager.core.access.SessionDirectory;
import org.maintenancemanager.core.access.SessionDirectory.Who;
import org.maintenancemanager.core.access.Sessions;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.ops.RequestIds;
import org.maintenancemanager.web.problem.ProblemException;
import org.maintenancemanager.web.rest.JsonBody;
import org.maintenancemanager.web.security.LoggedIn;
import org.maintenancemanager.web.security.SessionCookie;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Logging in and out, and what people do about themselves. */
@RestController
@RequestMapping("/console")
class ConsoleSessionResource {
    private static final String ISSUER = "Maintenance Manager";

    private final LogIns logIns;
    private final Sessions sessions;
    private final SessionDirectory directory;
    private final People people;

    ConsoleSessionResource(LogIns logIns, Sessions sessions, SessionDirectory directory, People people) {
        this.logIns = logIns;
        this.sessions = sessions;
        this.directory = directory;
        this.people = people;
    }

    @PostMapping("/login")
    ConsoleSession logIn(JsonBody body, HttpServletRequest request, HttpServletResponse response) {
        ConsoleLogin login = body.as(ConsoleLogin.class);
        Outcome outcome;
        if (login.secret() != null) {
            outcome = logIns.bySecret(login.secret(), origin(request, response));
        } else {
            requirePresent("/name", login.name(), "/password", login.password());
            outcome = logIns.byPassword(
                    text(login.name()), text(login.password()), login.totp(), origin(request, response));
        }
        return opened(outcome, request, response);
    }

    @GetMapping("/session")
    ConsoleSession session(HttpServletRequest request) {
        return session(LoggedIn.of(request), SessionCookie.read(request).orElseThrow());
    }

    @DeleteMapping("/session")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void logOut(HttpServletRequest request, HttpServletResponse response) {
        Caller caller = LoggedIn.of(request).caller();
        Caller.Session session = caller.session();
        if (session != null) {
            sessions.endOf(caller.id(), session.id());
        }
        SessionCookie.clear(request, response);
    }

    @PostMapping("/session:reauthenticate")
    ConsoleSession again(JsonBody body, HttpServletRequest request, HttpServletResponse response) {
        PasswordProof proof = body.as(PasswordProof.class);
        requirePresent("/password", proof.password(), "/password", proof.password());
        Outcome outcome = logIns.again(
                LoggedIn.of(request).caller(), text(proof.password()), proof.totp(), origin(request, response));
        return opened(outcome, request, response);
    }

    @GetMapping("/sessions")
    Page<Session> sessions(ListRequest list, HttpServletRequest request) {
        return sessions.listOf(LoggedIn.of(request).caller().id(), list);
    }

    @DeleteMapping("/sessions/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void endSession(@PathVariable UUID id, HttpServletRequest request) {
        sessions.endOf(LoggedIn.of(request).caller().id(), id);
    }

    @PutMapping("/password")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void changePassword(JsonBody body, HttpServletRequest request, HttpServletResponse response) {
        PasswordChange change = body.as(PasswordChange.class);
        requirePresent("/password", change.password(), "/newPassword", change.newPassword());
        Who who = LoggedIn.of(request);
        if (!who.local()) {
            throw ProblemException.of(ProblemType.ILLEGAL_STATE, "You have no password here.");
        }
        boolean[] right = {false};
        int wait = logIns.tried(who.caller(), origin(request, response), () -> {
            right[0] = people.changePassword(who.caller(), text(change.password()), change.newPassword())
                    == People.PasswordChanged.DONE;
            return right[0];
        });
        if (wait > 0) {
            throw ProblemException.retryAfter(ProblemType.TOO_MANY_REQUESTS, "Too many passwords were tried.", wait);
        }
        if (!right[0]) {
            throw ProblemException.of(
                    ProblemType.INVALID_REQUEST, List.of(new FieldError("/password", "is not your password")));
        }
    }

    @PostMapping("/totp")
    TotpSecret enrollTotp(HttpServletRequest request) {
        Who who = LoggedIn.of(request);
        if (!who.local()) {
            throw ProblemException.of(ProblemType.ILLEGAL_STATE, "You have no password here, so no codes either.");
        }
        String secret = people.enrollTotp(who.caller());
        String label = encoded(ISSUER) + ":" + encoded(who.caller().name());
        return new TotpSecret(
                secret, "otpauth://totp/%s?secret=%s&issuer=%s".formatted(label, secret, encoded(ISSUER)));
    }

    @PostMapping("/totp:confirm")
    RecoveryCodes confirmTotp(JsonBody body, HttpServletRequest request) {
        TotpCode code = body.as(TotpCode.class);
        requirePresent("/code", code.code(), "/code", code.code());
        List<String> codes = people.confirmTotp(LoggedIn.of(request).caller(), text(code.code()));
        if (codes.isEmpty()) {
            throw ProblemException.of(
                    ProblemType.INVALID_REQUEST,
                    List.of(new FieldError(
                            "/code", "is not the code of this moment; is the clock of the device right?")));
        }
        return new RecoveryCodes(codes);
    }

    @DeleteMapping("/totp")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void removeTotp(HttpServletRequest request) {
        people.removeTotp(LoggedIn.of(request).caller());
    }

    private ConsoleSession opened(Outcome outcome, HttpServletRequest request, HttpServletResponse response) {
        return switch (outcome) {
            case Outcome.In in -> {
                Who who = directory
                        .authenticate(in.session())
                        .orElseThrow(() -> ProblemException.of(ProblemType.UNAUTHENTICATED, (String) null));
                SessionCookie.write(request, response, in.session());
                yield session(who, in.session());
            }
            case Outcome.Refused refused -> throw ProblemException.of(ProblemType.UNAUTHENTICATED, (String) null);
            case Outcome.SecondFactorMissing missing ->
                throw ProblemException.of(ProblemType.UNAUTHENTICATED, "A second factor is demanded.");
            case Outcome.CodeMissing missing -> throw ProblemException.of(ProblemType.CODE_REQUIRED, (String) null);
            case Outcome.TooMany many ->
                throw ProblemException.retryAfter(
                        ProblemType.TOO_MANY_REQUESTS, "Too many log-ins failed.", many.retrySeconds());
        };
    }

    private static ConsoleSession session(Who who, Token token) {
        Caller caller = who.caller();
        Caller.Session session = caller.session();
        if (session == null) {
            throw new IllegalStateException("expected a session of " + caller.subject());
        }
        List<Caller.Grant> grants = caller.grants();
        return new ConsoleSession(
                caller.subject(),
                caller.name(),
                who.tenantName(),
                caller.roles(),
                caller.permissions(),
                grants == null
                        ? null
                        : grants.stream()
                                .map(grant -> new AccessGrant(grant.role().word(), grant.site()))
                                .toList(),
                SessionCookie.csrf(token),
                who.mustChangePassword(),
                who.mustEnrollTotp(),
                who.local(),
                who.totp(),
                session.authenticatedAt(),
                session.expiresAt());
    }

    private static LogIns.Origin origin(HttpServletRequest request, HttpServletResponse response) {
        return new LogIns.Origin(
                request.getRemoteAddr(), request.getHeader("User-Agent"), response.getHeader(RequestIds.HEADER));
    }

    private static void requirePresent(
            String pointer, @Nullable String value, String otherPointer, @Nullable String other) {
        List<FieldError> missing = new ArrayList<>();
        if (value == null) {
            missing.add(new FieldError(pointer, "is required"));
        }
        if (other == null && !otherPointer.equals(pointer)) {
            missing.add(new FieldError(otherPointer, "is required"));
        }
        if (!missing.isEmpty()) {
            throw ProblemException.of(ProblemType.INVALID_REQUEST, missing);
        }
    }

    private static String text(@Nullable String present) {
        return present == null ? "" : present;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
