package org.maintenancemanager.core.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.AuditExportHeader;
import org.maintenancemanager.api.admin.AuditExportLine;
import org.maintenancemanager.api.admin.ChainedAuditEvent;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Lines of exports and of checkpoint files: one JSON object each, absent is null. */
final class ExportFormat {
    private static final JsonMapper JSON = JsonMapper.builder()
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.NON_NULL))
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final ObjectReader WHOLE_CHECKPOINT = JSON.readerFor(AuditCheckpoint.class)
            .with(
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

    private ExportFormat() {}

    static String write(AuditCheckpoint checkpoint) {
        return JSON.writeValueAsString(checkpoint);
    }

    /** @throws tools.jackson.core.JacksonException if it is no checkpoint, or not a whole one */
    static AuditCheckpoint readCheckpoint(String line) {
        return WHOLE_CHECKPOINT.readValue(line);
    }

    static byte[] write(AuditExportLine line) {
        return JSON.writeValueAsBytes(line);
    }

    /** @throws IllegalArgumentException if it is no line of an export, or lacks what each must have */
    static AuditExportLine readLine(String text) {
        try {
            AuditExportLine line = JSON.readValue(text, AuditExportLine.class);
            if (!isWhole(line)) {
                throw new IllegalArgumentException("it is no header, event, checkpoint or trailer, or not a whole one");
            }
            return line;
        } catch (JacksonException unreadable) {
            throw new IllegalArgumentException(unreadable.getOriginalMessage(), unreadable);
        }
    }

    private static boolean isWhole(AuditExportLine line) {
        if (line.header() != null) {
            return isWhole(line.header());
        }
        if (line.event() != null) {
            return isWhole(line.event());
        }
        if (line.checkpoint() != null) {
            return isWhole(line.checkpoint());
        }
        return line.trailer() != null && areThere(line.trailer().lastHash());
    }

    private static boolean isWhole(AuditExportHeader header) {
        return areThere(header.format(), header.tenantId(), header.startHash());
    }

    private static boolean isWhole(ChainedAuditEvent event) {
        return areThere(
                event.id(),
                event.at(),
                event.actorKind(),
                event.actor(),
                event.action(),
                event.objectKind(),
                event.objectId(),
                event.previousHash(),
                event.hash());
    }

    private static boolean isWhole(AuditCheckpoint checkpoint) {
        return areThere(
                checkpoint.tenantId(), checkpoint.hash(), checkpoint.at(), checkpoint.keyId(), checkpoint.signature());
    }

    private static boolean areThere(@Nullable Object... values) {
        return Arrays.stream(values).noneMatch(Objects::isNull);
    }
}
