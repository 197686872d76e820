package org.maintenancemanager.web.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.testing.Browser;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import org.maintenancemanager.web.testing.TestPerson;
import tools.jackson.databind.JsonNode;

/** Whoever gets hold of the database gets no secret that opens anything. */
@NullMarked
class DumpTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    @Test
    void aDumpOfTheDatabaseHoldsNoUsableSecret() {
        List<String> secrets = new ArrayList<>();
        secrets.add(secretOf(manager.apiToken()));
        secrets.add(secretOf(manager.newNode("dump-" + UUID.randomUUID()).token()));
        secrets.add(manager.newEnrollmentToken(1, "AUTO").secret());

        TestPerson person = TestPerson.create(manager, "fleet-admin");
        Browser browser = person.logIn(manager);
        secrets.add(person.password());
        secrets.add(secretOf(browser.cookie().replaceFirst(".*=", "")));
        secrets.add(Browser.body(browser.get("/console/session")).get("csrf").asString());
        String totp = Browser.body(browser.send("POST", "/console/totp", null))
                .get("secret")
                .asString();
        secrets.add(totp);
        JsonNode another =
                Browser.body(manager.post("/api/v1/people", "{\"name\": \"dump-%s\"}".formatted(UUID.randomUUID())));
        secrets.add(another.get("password").asString());
        // An answer that is kept for a repeated request shows a new token.
        var kept = manager.adminRequest("/api/v1/api-tokens")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(BodyPublishers.ofString("""
                        {"name": "kept", "scopes": ["read"], "expiresAt": "2199-01-01T00:00:00Z"}"""));
        secrets.add(secretOf(Browser.body(manager.send(kept)).get("token").asString()));
        String dump = dump();

        assertThat(dump).contains(person.name());
        for (String secret : secrets) {
            assertThat(secret).hasSizeGreaterThan(11);
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            assertThat(dump)
                    .doesNotContain(secret)
                    .doesNotContain(HexFormat.of().formatHex(bytes))
                    .doesNotContain(Base64.getEncoder().withoutPadding().encodeToString(bytes));
        }
        assertThat(dump).doesNotContain(HexFormat.of().formatHex(unbase32(totp)));
    }

    private static String secretOf(String token) {
        return Token.parse(token).orElseThrow().secret();
    }

    /** Every row of every table, as text; bytes as hex. */
    private String dump() {
        var dump = new StringBuilder();
        manager.jdbc()
                .sql(
                        "select quote_ident(relname) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'")
                .query(String.class)
                .list()
                .forEach(table -> manager.jdbc()
                        .sql("select t::text from %s t".formatted(table))
                        .query(String.class)
                        .list()
                        .forEach(row -> dump.append(row).append('\n')));
        return dump.toString();
    }

    private static byte[] unbase32(String text) {
        var bits = new StringBuilder();
        for (char c : text.toCharArray()) {
            String five = Integer.toBinaryString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c));
            bits.append("0".repeat(5 - five.length())).append(five);
        }
        byte[] bytes = new byte[bits.length() / 8];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(bits.substring(i * 8, i * 8 + 8), 2);
        }
        return bytes;
    }
}
