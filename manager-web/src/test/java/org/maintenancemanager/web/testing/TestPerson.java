package org.maintenancemanager.web.testing;

import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** A local person of a test's own, with a password of its own choice. */
public record TestPerson(UUID id, String name, String password) {
    /** @param grants a role, or a role, a blank and a site */
    public static TestPerson create(ManagerUnderTest manager, String... grants) {
        String name = "person-" + UUID.randomUUID();
        JsonNode made = Browser.body(manager.post("/api/v1/people", """
                {"name": "%s", "grants": [%s]}""".formatted(
                        name, Arrays.stream(grants).map(TestPerson::grant).collect(Collectors.joining(",")))));
        var browser = new Browser(manager);
        browser.logIn(name, made.get("password").asString());
        String password = "quiet night " + UUID.randomUUID();
        int status = browser.send("PUT", "/console/password", """
                        {"password": "%s", "newPassword": "%s"}""".formatted(
                                made.get("password").asString(), password))
                .statusCode();
        if (status != 204) {
            throw new IllegalStateException("expected 204 for a new password, found " + status);
        }
        return new TestPerson(UUID.fromString(made.get("id").asString()), name, password);
    }

    private static String grant(String text) {
        int blank = text.indexOf(' ');
        return blank < 0
                ? "{\"role\": \"%s\"}".formatted(text)
                : "{\"role\": \"%s\", \"site\": \"%s\"}".formatted(text.substring(0, blank), text.substring(blank + 1));
    }

    public Browser logIn(ManagerUnderTest manager) {
        var browser = new Browser(manager);
        int status = browser.logIn(name, password).statusCode();
        if (status != 200) {
            throw new IllegalStateException("expected 200 for a log-in, found " + status);
        }
        return browser;
    }
}
