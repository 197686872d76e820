package org.maintenancemanager.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.web.admin.AdminApi.Reply;

/** Files that say what shall be there. */
class ApplyResourceTest {
    private static final Pattern YAML = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);

    private final AdminApi api = new AdminApi();
    private final String name = "apply-" + UUID.randomUUID();

    @Test
    void whatThePageGivesToBePastedIsAppliedOnce() throws IOException {
        var examples = YAML.matcher(Files.readString(Path.of("..", "docs", "apply.md")));
        assertThat(examples.find()).isTrue();
        String yaml = examples.group(1);
        int documents = yaml.split("(?m)^---$").length;

        Reply dry = apply(yaml, "?dryRun=true").expect(200);
        assertThat(dry.body().get("created").asInt()).as(dry.body().toString()).isEqualTo(documents);
        assertThat(dry.body().get("forecasts").size()).isEqualTo(2);
        assertThat(dry.body().at("/documents/0/id").isMissingNode()).isTrue();
        assertThat(listed("sites?filter=path==/factory/berlin")).isZero();

        assertThat(apply(yaml, "").expect(200).body().get("created").asInt()).isEqualTo(documents);
        assertThat(listed("policies?filter=family==factory-os")).isEqualTo(1);
        Reply again = apply(yaml, "").expect(200);
        assertThat(again.body().get("unchanged").asInt())
                .as(again.body().toString())
                .isEqualTo(documents);
        assertThat(again.body().get("forecasts").size()).isZero();
    }

    @Test
    void whatDiffersIsToldFieldByField() {
        String yaml = """
                kind: Site
                path: /%1$s
                zone: Europe/Berlin
                ---
                kind: Budget
                name: %1$s
                sitePath: /%1$s
                maxInFlight: %2$d
                """;
        apply(yaml.formatted(name, 2), "").expect(200);
        Reply changed = apply(yaml.formatted(name, 3), "?dryRun=true").expect(200);
        assertThat(changed.body().at("/documents/0/action").asString()).isEqualTo("UNCHANGED");
        assertThat(changed.body().at("/documents/1/action").asString()).isEqualTo("UPDATED");
        assertThat(changed.body().at("/documents/1/changes").size()).isEqualTo(1);
        assertThat(changed.body().at("/documents/1/changes/0/pointer").asString())
                .isEqualTo("/maxInFlight");
        assertThat(changed.body().at("/documents/1/changes/0/before").asString())
                .isEqualTo("2");
        assertThat(changed.body().at("/documents/1/changes/0/after").asString()).isEqualTo("3");
        assertThat(apply(yaml.formatted(name, 3), "")
                        .expect(200)
                        .body()
                        .get("updated")
                        .asInt())
                .isEqualTo(1);
        assertThat(apply(yaml.formatted(name, 3), "")
                        .expect(200)
                        .body()
                        .get("unchanged")
                        .asInt())
                .isEqualTo(2);
        String audited = api.get("/api/v1/audit-events?filter=action==budget.changed;objectId=="
                        + changed.body().at("/documents/1/id").asString())
                .expect(200)
                .body()
                .get("items")
                .toString();
        assertThat(audited.split("\"action\"", -1)).as("once").hasSize(2);
    }

    @Test
    void oneWrongDocumentRefusesAll() {
        Reply refused = apply("""
                kind: Budget
                name: %1$s
                sitePath: /%1$s
                maxInFlight: -1
                colour: red
                ---
                kind: Site
                path: /%1$s
                zone: UTC
                """.formatted(name), "");
        assertThat(refused.expect(400).errors()).singleElement().asString().startsWith("/0/colour");
        assertThat(listed("sites?filter=path==/" + name)).isZero();
        assertThat(apply("kind: Nothing\n---\na: 1\n", "").expect(400).errors())
                .anySatisfy(error -> assertThat(error).startsWith("/0/kind: is 'Nothing'; allowed are Site, Window"))
                .anySatisfy(error -> assertThat(error).startsWith("/1/kind: is ''"));
        assertThat(apply("kind: Channel\nfamily: f\nname: n\nimage: 1.6\n", "")
                        .expect(400)
                        .errors())
                .containsExactly("/0/image: is no text; write it in quotes: \"1.6\"");
        assertThat(apply("kind: Site\npath: /%1$s\n---\nkind: Site\npath: /%1$s\n".formatted(name), "")
                        .expect(400)
                        .errors())
                .containsExactly("/1: says the same Site /%s as document 0".formatted(name));
    }

    @Test
    void yamlThatIsMoreThanJsonIsRefused() {
        for (String yaml : List.of(
                "kind: Site\nkind: Window\n",
                "a: &a [1, 2]\nb: [*a, *a, *a]\n",
                "!!javax.script.ScriptEngineManager [1]\n",
                "kind: [",
                "",
                "a: " + "[".repeat(50) + "]".repeat(50) + "\n")) {
            assertThat(apply(yaml, "").expect(400).code()).as(yaml).isEqualTo("malformed-body");
        }
        assertThat(apply("- 1\n", "").expect(400).errors()).containsExactly("/0: is not an object");
        assertThat(apply("---\na: 1\n".repeat(1001), "").expect(413).code()).isEqualTo("too-large");
        assertThat(apply("a: " + "x".repeat(1 << 20), "").expect(413).code()).isEqualTo("too-large");
        assertThat(api.send(api.manager
                                .adminRequest("/api/v1/apply")
                                .header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString("{}")))
                        .expect(415)
                        .code())
                .isEqualTo("unsupported-media-type");
    }

    @Test
    void eachDocumentNeedsThePermissionOfItsCall() {
        Reply token = api.post("/api/v1/api-tokens", """
                        {"name": "%s", "scopes": ["read", "write"], "expiresAt": "2100-01-01T00:00:00Z",
                         "grants": [{"role": "release-manager"}]}
                        """.formatted(name)).expect(201);
        String secret = token.body().get("token").asString();
        String site = "kind: Site\npath: /%s\nzone: UTC\n".formatted(name);
        Reply refused = as(secret, site);
        assertThat(refused.expect(403).body().get("detail").asString())
                .isEqualTo("Document 0 (Site /%s): This needs the permission 'site.manage'.".formatted(name));
        as(secret, "kind: Channel\nfamily: %s\nname: stable\n".formatted(name)).expect(200);
    }

    private Reply as(String token, String yaml) {
        return api.send(api.manager
                .request("/api/v1/apply")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/yaml")
                .PUT(BodyPublishers.ofString(yaml)));
    }

    private Reply apply(String yaml, String query) {
        return api.send(api.manager
                .adminRequest("/api/v1/apply" + query)
                .header("Content-Type", "application/yaml")
                .PUT(BodyPublishers.ofString(yaml)));
    }

    private int listed(String path) {
        return api.get("/api/v1/" + path).expect(200).body().get("items").size();
    }
}
