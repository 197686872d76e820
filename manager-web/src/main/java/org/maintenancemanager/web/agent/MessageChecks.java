package org.maintenancemanager.web.agent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.PollRequest;
import org.maintenancemanager.api.node.NodeMessages.RenewRequest;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.NodeMessages.ReportRequest;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.api.node.SlotName;
import org.maintenancemanager.api.node.SlotState;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;

/**
 * Checks each field of what a node sends, however it came: fields that must be there, lengths, ranges, words. All that is
 * wrong is named at once. Throws {@link InvalidInput}.
 */
final class MessageChecks {
    static final int MOST_REPORTS = 500;
    static final int LONGEST_TEXT_BYTES = 16 * 1024;

    private static final int MOST_PROBLEMS = 20;
    private static final int MOST_SLOTS = 2;
    private static final int MOST_LABELS = 64;
    private static final int MOST_HARDWARE_IDS = 32;
    private static final int UUID_LENGTH = 36;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final List<FieldProblem> problems = new ArrayList<>();

    private MessageChecks() {}

    /** The usual poll is checked without making anything. */
    static void check(PollRequest request) {
        String bootId = request.bootId();
        if (isFit(bootId, 100) && !bootId.isEmpty() && request.lastSeq() >= 0 && request.knownVersion() >= 0) {
            return;
        }
        var checks = new MessageChecks();
        checks.required("/bootId", bootId, 100);
        checks.atLeast("/lastSeq", request.lastSeq(), 0);
        checks.atLeast("/knownVersion", request.knownVersion(), 0);
        checks.finish();
    }

    static void check(EnrollRequest request) {
        var checks = new MessageChecks();
        checks.required("/enrollmentToken", request.enrollmentToken(), 200);
        checks.optional("/name", request.name(), 200);
        if (request.name() != null && request.name().chars().anyMatch(Character::isISOControl)) {
            checks.wrong("/name", "has control characters; none are allowed");
        }
        if (request.certificateRequest() == null) {
            checks.required("/publicKey", request.publicKey(), 4096);
        } else {
            checks.required("/certificateRequest", request.certificateRequest(), 8192);
            if (request.publicKey() != null) {
                checks.wrong(
                        "/publicKey", "stands beside a certificate request, which holds a key; only one is allowed");
            }
        }
        checks.filled("/keyProof", request.keyProof(), 200);
        checks.texts("/hardwareIds", request.hardwareIds(), MOST_HARDWARE_IDS, 50, 200);
        checks.facts(request.facts());
        checks.finish();
    }

    static void check(RenewRequest request) {
        var checks = new MessageChecks();
        checks.filled("/certificateRequest", request.certificateRequest(), 8192);
        checks.finish();
    }

    static void check(ReportRequest request) {
        var checks = new MessageChecks();
        List<Report> reports = request.reports() == null ? List.of() : request.reports();
        if (reports.size() > MOST_REPORTS) {
            checks.wrong(
                    "/reports",
                    "holds %d reports; at most %d are allowed in a request".formatted(reports.size(), MOST_REPORTS));
            checks.finish();
        }
        for (int i = 0; i < reports.size() && checks.problems.size() < MOST_PROBLEMS; i++) {
            checks.report("/reports/" + i, reports.get(i));
        }
        checks.facts(request.facts());
        checks.finish();
    }

    // Jackson puts null where the message has it, whatever the record says.
    private void report(String at, @Nullable Report report) {
        if (report == null) {
            wrong(at, "is null; expected a report");
            return;
        }
        required(at + "/bootId", report.bootId(), 100);
        atLeast(at + "/seq", report.seq(), 1);
        uuid(at + "/updateId", report.updateId());
        UpdateState state = report.state();
        if (state == null) {
            wrong(at + "/state", "is missing; one of " + NodeJson.words(UpdateState.class));
        } else if (report.phase() != null && state != UpdateState.FAILED) {
            wrong(
                    at + "/phase",
                    "is only allowed with the state FAILED, which is one of " + EnumSet.allOf(FailurePhase.class));
        }
        Integer progress = report.progressPercent();
        if (progress != null && (progress < 0 || progress > 100)) {
            wrong(at + "/progressPercent", "is %d; 0 to 100 is allowed".formatted(progress));
        }
        optional(at + "/errorCode", report.errorCode(), 100);
        text(at + "/text", report.text());
    }

    private void facts(@Nullable NodeFacts facts) {
        if (facts == null) {
            return;
        }
        filled("/facts/architecture", facts.architecture(), 50);
        optional("/facts/hardware", facts.hardware(), 100);
        texts("/facts/labels", facts.labels(), MOST_LABELS, 63, 200);
        optional("/facts/client", facts.client(), 200);
        filled("/facts/bootId", facts.bootId(), 100);
        List<Slot> slots = facts.slots() == null ? List.of() : facts.slots();
        if (slots.size() > MOST_SLOTS) {
            wrong("/facts/slots", "holds %d slots; a node has A and B".formatted(slots.size()));
            return;
        }
        var seen = EnumSet.noneOf(SlotName.class);
        for (int i = 0; i < slots.size(); i++) {
            slot("/facts/slots/" + i, slots.get(i), seen);
        }
    }

    private void slot(String at, @Nullable Slot slot, EnumSet<SlotName> seen) {
        if (slot == null) {
            wrong(at, "is null; expected a slot");
            return;
        }
        if (slot.name() == null) {
            wrong(at + "/name", "is missing; one of " + NodeJson.words(SlotName.class));
        } else if (!seen.add(slot.name())) {
            wrong(at + "/name", "is %s a second time".formatted(slot.name()));
        }
        if (slot.state() == null) {
            wrong(at + "/state", "is missing; one of " + NodeJson.words(SlotState.class));
        }
        optional(at + "/imageVersion", slot.imageVersion(), 100);
        if (slot.imageSha256() != null && !SHA256.matcher(slot.imageSha256()).matches()) {
            wrong(at + "/imageSha256", "is no SHA-256; 64 lower-case hex digits are allowed");
        }
    }

    private void texts(String at, @Nullable Map<String, String> texts, int most, int longestKey, int longestValue) {
        if (texts == null) {
            return;
        }
        if (texts.size() > most) {
            wrong(at, "holds %d entries; at most %d are allowed".formatted(texts.size(), most));
            return;
        }
        texts.forEach((key, value) -> {
            if (key.isEmpty() || !isFit(key, longestKey)) {
                wrong(at, "has a key that is not allowed; 1 to %d characters are".formatted(longestKey));
            } else {
                required(at + "/" + key.replace("~", "~0").replace("/", "~1"), value, longestValue, true);
            }
        });
    }

    private void required(String at, @Nullable String value, int longest) {
        required(at, value, longest, false);
    }

    private void required(String at, @Nullable String value, int longest, boolean mayBeEmpty) {
        if (value == null || value.isEmpty() && !mayBeEmpty) {
            wrong(at, "is missing; 1 to %d characters are allowed".formatted(longest));
        } else {
            optional(at, value, longest);
        }
    }

    /** May be absent, but not empty. */
    private void filled(String at, @Nullable String value, int longest) {
        if (value != null) {
            required(at, value, longest);
        }
    }

    private void optional(String at, @Nullable String value, int longest) {
        if (value != null && !isFit(value, longest)) {
            wrong(
                    at,
                    value.length() > longest
                            ? "has %d characters; at most %d are allowed".formatted(value.length(), longest)
                            : "holds the character U+0000, which is not allowed");
        }
    }

    private void text(String at, @Nullable String value) {
        if (value == null) {
            return;
        }
        optional(at, value, LONGEST_TEXT_BYTES);
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (value.length() <= LONGEST_TEXT_BYTES && bytes > LONGEST_TEXT_BYTES) {
            wrong(at, "has %d bytes; at most %d are allowed".formatted(bytes, LONGEST_TEXT_BYTES));
        }
    }

    private void uuid(String at, @Nullable String value) {
        if (value == null) {
            return;
        }
        try {
            if (value.length() == UUID_LENGTH) {
                UUID.fromString(value);
                return;
            }
        } catch (IllegalArgumentException notAUuid) {
            // Said below, with the wrong lengths.
        }
        wrong(at, "is no UUID; the form 018f3c1e-... with 36 characters is allowed");
    }

    private void atLeast(String at, long value, long least) {
        if (value < least) {
            wrong(at, "is %d; at least %d is allowed".formatted(value, least));
        }
    }

    /** PostgreSQL stores any character but U+0000. */
    private static boolean isFit(@Nullable String value, int longest) {
        return value != null && value.length() <= longest && value.indexOf('\0') < 0;
    }

    private void wrong(String at, String message) {
        problems.add(new FieldProblem(at, message));
    }

    private void finish() {
        InvalidInput.throwIfAny(problems);
    }
}
