package org.maintenancemanager.core.emf;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an agent says about how an update went: {@code {"update_log":[...]}}, {@code {"UpdateLog":[{"StatusDetail.Status":
 * ...}]}}, or plain text.
 *
 * @param succeeded null: it does not say
 * @param version of the image that it speaks of; null: it does not say
 * @param reason one of the agent's own words; null: none that is known
 */
record StatusDetail(
        @Nullable Boolean succeeded,
        @Nullable String version,
        @Nullable String reason) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final StatusDetail NOTHING = new StatusDetail(null, null, null);

    /** Which of the steps that we tell apart failed. */
    private static final Map<String, FailurePhase> PHASES = Map.ofEntries(
            Map.entry("download", FailurePhase.DOWNLOAD),
            Map.entry("rsauthentication", FailurePhase.DOWNLOAD),
            Map.entry("insufficientstorage", FailurePhase.DOWNLOAD),
            Map.entry("signaturecheck", FailurePhase.VERIFY),
            Map.entry("utwrite", FailurePhase.INSTALL),
            Map.entry("utbootconfiguration", FailurePhase.INSTALL),
            Map.entry("bootloader", FailurePhase.REBOOT),
            Map.entry("criticalservices", FailurePhase.TRIAL),
            Map.entry("inbm", FailurePhase.TRIAL),
            Map.entry("oscommit", FailurePhase.TRIAL));

    static StatusDetail of(String text) {
        if (text.isBlank()) {
            return NOTHING;
        }
        if (text.stripLeading().startsWith("{")) {
            try {
                return of(JSON.readTree(text));
            } catch (JacksonException notJson) {
                // Then it is text that begins with a brace.
            }
        }
        return new StatusDetail(null, null, reasonIn(text));
    }

    private static StatusDetail of(JsonNode json) {
        JsonNode log = json.has("UpdateLog") ? json.get("UpdateLog") : json.path("update_log");
        // The newest stands last.
        JsonNode entry = log.isArray() && !log.isEmpty() ? log.get(log.size() - 1) : log;
        String status = text(entry, "StatusDetail.Status", "status_detail.status", "Status", "status");
        String reason = text(entry, "FailureReason", "failure_reason");
        return new StatusDetail(
                status == null ? null : succeeded(status),
                text(entry, "Version", "version"),
                reason == null ? reasonIn(entry.toString()) : reasonIn(reason));
    }

    private static @Nullable Boolean succeeded(String status) {
        String word = status.toUpperCase(Locale.ROOT);
        return word.startsWith("SUCC") ? Boolean.TRUE : word.startsWith("FAIL") ? Boolean.FALSE : null;
    }

    private static @Nullable String text(JsonNode entry, String... names) {
        for (String name : names) {
            JsonNode value = entry.path(name);
            if (value.isString() && !value.stringValue().isBlank()) {
                return value.stringValue().strip();
            }
        }
        return null;
    }

    /** The first of the agent's own words in a text; the longer ones first, since "inbm" may stand anywhere. */
    private static @Nullable String reasonIn(String text) {
        String small = text.toLowerCase(Locale.ROOT).replaceAll("[\\s_-]", "");
        return PHASES.keySet().stream()
                .filter(small::contains)
                .max(java.util.Comparator.comparingInt(String::length))
                .orElse(null);
    }

    /** What failed; INSTALL where it is not said. */
    @Nullable
    FailurePhase phase() {
        return reason == null ? null : PHASES.get(reason);
    }
}
