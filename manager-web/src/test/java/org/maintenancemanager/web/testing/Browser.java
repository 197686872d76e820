package org.maintenancemanager.web.testing;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Does what a browser with the console does: keeps the cookie, sends the token against forgery. */
public final class Browser {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ManagerUnderTest manager;
    private @Nullable String cookie;
    private @Nullable String csrf;

    public Browser(ManagerUnderTest manager) {
        this.manager = manager;
    }

    /** Logs in by name and password; keeps the session if that is right. */
    public HttpResponse<String> logIn(String name, String password) {
        return open("/console/login", """
                {"name": "%s", "password": "%s"}""".formatted(name, password));
    }

    public HttpResponse<String> logIn(String name, String password, String code) {
        return open("/console/login", """
                {"name": "%s", "password": "%s", "totp": "%s"}""".formatted(name, password, code));
    }

    public HttpResponse<String> logInBySecret(String secret) {
        return open("/console/login", """
                {"secret": "%s"}""".formatted(secret));
    }

    /** A POST whose answer is a session. */
    public HttpResponse<String> open(String path, String json) {
        HttpResponse<String> answer = send("POST", path, json);
        if (answer.statusCode() == 200) {
            cookie = cookies(answer).getFirst().replaceAll(";.*", "");
            csrf = body(answer).get("csrf").asString();
        }
        return answer;
    }

    public HttpResponse<String> get(String path) {
        return send("GET", path, null);
    }

    /** @param json null: no body */
    public HttpResponse<String> send(String method, String path, @Nullable String json) {
        return manager.send(request(method, path, json));
    }

    public HttpRequest.Builder request(String method, String path, @Nullable String json) {
        HttpRequest.Builder request = manager.request(path)
                .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json))
                .header("Content-Type", "application/json");
        if (cookie != null) {
            request.header("Cookie", cookie);
        }
        if (csrf != null && !Set.of("GET", "HEAD").contains(method)) {
            request.header("X-CSRF-Token", csrf);
        }
        return request;
    }

    /** The cookie of the session, {@code name=value}. */
    public String cookie() {
        if (cookie == null) {
            throw new IllegalStateException("expected to be logged in");
        }
        return cookie;
    }

    public void forgeCsrf(@Nullable String other) {
        csrf = other;
    }

    public static List<String> cookies(HttpResponse<String> answer) {
        return answer.headers().allValues("Set-Cookie");
    }

    public static JsonNode body(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }
}
