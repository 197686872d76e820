package org.maintenancemanager.web;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditFlaw;
import org.maintenancemanager.api.admin.AuditVerification;
import org.maintenancemanager.core.audit.AuditInspection;
import org.maintenancemanager.core.audit.TrustedKeys;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The manager's command {@code audit-verify}: checks audit chains in a database that it only reads, or in an exported file,
 * without starting a server.
 */
final class AuditVerifyCommand {
    static final String NAME = "audit-verify";

    private static final String USAGE = """
            Checks that the audit is as it was written. Ends with 0 if it is, 1 if it is not, 2 if that could not be found out.

              audit-verify [--tenant=<id>] [--key=<file>,...]
                  in the database of spring.datasource.url, .username and .password, with the checkpoints and keys in
                  manager.audit.directory; settings as arguments (--spring.datasource.url=...) or in the environment
                  (SPRING_DATASOURCE_URL), as for the server. Without a tenant: all of them
              audit-verify --file=<export> [--checkpoints=<file>] --key=<file>,...
                  in a file from GET /api/v1/audit/export, also against checkpoints that were kept

            A key is an Ed25519 key as PEM; GET /api/v1/audit/keys shows the public ones.
            """;

    private static final Set<String> OPTIONS = Set.of(
            "tenant",
            "key",
            "file",
            "checkpoints",
            "spring.datasource.url",
            "spring.datasource.username",
            "spring.datasource.password",
            "manager.audit.directory",
            "manager.audit.signing-key");

    /** What this command alone knows comes from its arguments alone: others may have a variable KEY for something else. */
    private final SimpleCommandLinePropertySource options;

    private final StandardEnvironment environment = new StandardEnvironment();
    private final PrintStream out;

    private AuditVerifyCommand(SimpleCommandLinePropertySource options, PrintStream out) {
        this.options = options;
        environment.getPropertySources().addFirst(options);
        this.out = out;
    }

    /** @return the exit status of the process */
    static int run(List<String> arguments, PrintStream out) {
        List<String> unknown =
                arguments.stream().filter(argument -> !isOption(argument)).toList();
        if (!unknown.isEmpty()) {
            out.printf("not known here: %s%n%n%s", String.join(" ", unknown), USAGE);
            return 2;
        }
        try {
            var options = new SimpleCommandLinePropertySource(arguments.toArray(String[]::new));
            return new AuditVerifyCommand(options, out).run();
        } catch (IOException | RuntimeException e) {
            out.println("could not find out: " + e.getMessage());
            return 2;
        }
    }

    private static boolean isOption(String argument) {
        int end = argument.indexOf('=');
        return argument.startsWith("--") && end > 2 && OPTIONS.contains(argument.substring(2, end));
    }

    private int run() throws IOException {
        String file = options.getProperty("file");
        Path directory = Path.of(environment.getProperty(
                "manager.audit.directory",
                System.getProperty("user.home") + "/.local/share/maintenance-manager/audit"));
        var inspection = new AuditInspection(TrustedKeys.read(keys(directory)));
        if (file != null) {
            String checkpoints = options.getProperty("checkpoints");
            return show(inspection.ofExport(existing(file), checkpoints == null ? null : existing(checkpoints)))
                    ? 0
                    : 1;
        }
        PGSimpleDataSource database = database();
        String tenant = options.getProperty("tenant");
        List<UUID> tenants = tenant == null ? AuditInspection.tenants(database) : List.of(UUID.fromString(tenant));
        boolean isIntact = true;
        for (UUID id : tenants) {
            isIntact &= show(inspection.ofDatabase(database, id, directory));
        }
        return isIntact ? 0 : 1;
    }

    private List<Path> keys(Path directory) {
        String given = options.getProperty("key");
        if (given != null) {
            return List.of(given.split(",")).stream()
                    .map(AuditVerifyCommand::existing)
                    .toList();
        }
        List<Path> keys = new ArrayList<>(AuditInspection.keysIn(directory));
        String signing = environment.getProperty("manager.audit.signing-key");
        if (signing != null) {
            keys.add(existing(signing));
        }
        return keys;
    }

    private static Path existing(String file) {
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            throw new UncheckedIOException(new IOException("there is no file %s that can be read".formatted(file)));
        }
        return path;
    }

    private PGSimpleDataSource database() {
        var database = new PGSimpleDataSource();
        String url = environment.getProperty("spring.datasource.url");
        if (url == null) {
            throw new IllegalArgumentException(
                    "spring.datasource.url is missing, for example --spring.datasource.url=jdbc:postgresql://db.example/maintenance, or name a file with --file=");
        }
        database.setUrl(url);
        database.setUser(environment.getProperty("spring.datasource.username"));
        database.setPassword(environment.getProperty("spring.datasource.password"));
        database.setReadOnly(true);
        // As the owner of the tables it is bound by row-level security too, and it reads every tenant's chain.
        database.setOptions("-c maintmgr.tenant=all");
        return database;
    }

    private boolean show(AuditVerification outcome) {
        @Nullable AuditFlaw flaw = outcome.flaw();
        out.printf(
                "tenant %s: %s; %d events right, %d to %d; %d checkpoints right, signed up to %d; %d events wait to be chained%n",
                outcome.tenantId(),
                outcome.intact() ? "intact" : "NOT INTACT",
                outcome.events(),
                outcome.startSeq() + 1,
                outcome.lastSeq(),
                outcome.checkpoints(),
                outcome.signedThrough(),
                outcome.waiting());
        if (flaw != null) {
            out.printf(
                    "  first flaw: %s at %d%s: %s%n",
                    flaw.kind(), flaw.seq(), flaw.eventId() == null ? "" : ", event " + flaw.eventId(), flaw.detail());
        }
        return outcome.intact();
    }
}
