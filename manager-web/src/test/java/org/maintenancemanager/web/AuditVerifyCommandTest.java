package org.maintenancemanager.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.web.testing.ManagerUnderTest;
import tools.jackson.databind.json.JsonMapper;

@NullMarked
class AuditVerifyCommandTest {
    private final ManagerUnderTest manager = ManagerUnderTest.shared();

    @TempDir
    private Path directory = Path.of("");

    private record Outcome(int status, String said) {}

    @Test
    void jarVerifiesADatabaseWithoutAServer() throws Exception {
        exportWithASite();
        Path out = directory.resolve("out");
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        MaintenanceManager.class.getName(),
                        AuditVerifyCommand.NAME,
                        "--manager.audit.directory=" + setting("manager.audit.directory"))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        for (String name : List.of("url", "username", "password")) {
            builder.environment()
                    .put(
                            "SPRING_DATASOURCE_" + name.toUpperCase(java.util.Locale.ROOT),
                            setting("spring.datasource." + name));
        }
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(out)).contains(": intact; ");
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void exportIsVerifiedWithNothingButThePublicKey() throws IOException {
        String export = exportWithASite();
        Path file = Files.writeString(directory.resolve("audit.ndjson"), export);
        Path key = Files.writeString(
                directory.resolve("key.pem"),
                JsonMapper.shared()
                        .readTree(manager.get("/api/v1/audit/keys").body())
                        .at("/items/0/publicKey")
                        .asString());

        Outcome right = run("--file=" + file, "--key=" + key);
        assertThat(right.said).contains(": intact; ");
        assertThat(right.status).isZero();

        Files.writeString(file, export.replaceFirst("\"actor\":\"[^\"]*\"", "\"actor\":\"nobody\""));
        Outcome changed = run("--file=" + file, "--key=" + key);
        assertThat(changed.said).contains("NOT INTACT", "first flaw: CHANGED at 1, event ");
        assertThat(changed.status).isOne();

        Files.writeString(file, export.substring(0, export.length() - 30));
        assertThat(run("--file=" + file, "--key=" + key).said).contains("first flaw: TRUNCATED");
    }

    @Test
    void wrongArgumentsAreNamed() {
        assertThat(run("--files=x")).satisfies(outcome -> {
            assertThat(outcome.status).isEqualTo(2);
            assertThat(outcome.said).contains("not known here: --files", "audit-verify --file=<export>");
        });
        assertThat(run("--file=/no/such/file", "--key=/no/such/key").said).contains("/no/such/key");
        assertThat(run("--tenant=x", "--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/x").status)
                .isEqualTo(2);
    }

    /** An export that holds the event of a new site. */
    private String exportWithASite() {
        String path = "/test/" + UUID.randomUUID();
        manager.post("/api/v1/sites", "{\"path\":\"%s\",\"zone\":\"UTC\"}".formatted(path));
        String[] export = {""};
        await("the event is in the chain").atMost(Duration.ofSeconds(20)).until(() -> {
            export[0] = manager.get("/api/v1/audit/export").body();
            return export[0].contains(path);
        });
        return export[0];
    }

    private Outcome run(String... arguments) {
        var out = new ByteArrayOutputStream();
        int status = AuditVerifyCommand.run(
                Stream.of(arguments).toList(), new PrintStream(out, true, StandardCharsets.UTF_8));
        return new Outcome(status, out.toString(StandardCharsets.UTF_8));
    }

    private String setting(String name) {
        return manager.context().getEnvironment().getRequiredProperty(name);
    }
}
