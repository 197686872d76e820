package org.maintenancemanager.core.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.api.admin.ChainedAuditEvent;

class ChainHashTest {
    private static final UUID TENANT = UUID.fromString("00000000-0000-7000-8000-000000000001");

    private static final ChainedAuditEvent EXAMPLE = new ChainedAuditEvent(
            1,
            UUID.fromString("019a1b2c-0000-7000-8000-000000000017"),
            Instant.parse("2026-03-01T02:00:00.000001Z"),
            "API_TOKEN",
            "deploy-bot",
            "site.changed",
            "site",
            "/eu/zürich",
            null,
            "{\"zone\": \"Europe/Zurich\"}",
            "",
            ChainHash.ZERO,
            "");

    @Test
    void hashIsTheOneInTheDocumentation() throws IOException {
        assertThat(Files.readString(Path.of("../docs/audit.md"))).contains(ChainHash.of(TENANT, EXAMPLE));
    }

    @Test
    void absentIsNotEmpty() {
        var absent = new ChainedAuditEvent(
                1,
                EXAMPLE.id(),
                EXAMPLE.at(),
                EXAMPLE.actorKind(),
                EXAMPLE.actor(),
                EXAMPLE.action(),
                EXAMPLE.objectKind(),
                EXAMPLE.objectId(),
                null,
                EXAMPLE.after(),
                null,
                ChainHash.ZERO,
                "");
        assertThat(ChainHash.of(TENANT, absent)).isNotEqualTo(ChainHash.of(TENANT, EXAMPLE));
    }
}
