package org.maintenancemanager.web.security;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;

/**
 * The cookie that carries a session of the console, and the token against forged requests that goes with it. Scripts cannot
 * read the cookie, and browsers send it with requests of our own pages only.
 */
public final class SessionCookie {
    /** The header that every request but GET and HEAD needs. */
    public static final String CSRF_HEADER = "X-CSRF-Token";

    /** With TLS, no other host and no plain HTTP can set it. */
    private static final String SECURE_NAME = "__Host-maintmgr-session";

    private static final String PLAIN_NAME = "maintmgr-session";

    private SessionCookie() {}

    /** The session that the request brings; says nothing about whether there is one. */
    public static Optional<Token> read(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies == null) {
            return Optional.empty();
        }
        String wanted = name(request);
        Optional<Token> found = Optional.empty();
        for (Cookie cookie : cookies) {
            if (cookie.getName().equals(wanted)) {
                // Two of one name: somebody else's page planted one. Which is which cannot be told.
                if (found.isPresent()) {
                    return Optional.empty();
                }
                found = Token.parse(cookie.getValue()).filter(token -> token.kind() == Token.Kind.SESSION);
            }
        }
        return found;
    }

    public static void write(HttpServletRequest request, HttpServletResponse response, Token session) {
        set(request, response, session.text(), -1);
    }

    public static void clear(HttpServletRequest request, HttpServletResponse response) {
        set(request, response, "", 0);
    }

    private static void set(HttpServletRequest request, HttpServletResponse response, String value, long maxAge) {
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(name(request), value)
                        .httpOnly(true)
                        .secure(request.isSecure())
                        .sameSite("Strict")
                        .path(request.isSecure() ? "/" : "/console")
                        .maxAge(maxAge)
                        .build()
                        .toString());
    }

    private static String name(HttpServletRequest request) {
        return request.isSecure() ? SECURE_NAME : PLAIN_NAME;
    }

    /**
     * What proves that a request was made by a page of ours: made of the session's secret, which no page can read and the
     * database does not hold.
     */
    public static String csrf(Token session) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(session.secret().getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal("csrf".getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
