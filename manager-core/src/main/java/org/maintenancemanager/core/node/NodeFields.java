package org.maintenancemanager.core.node;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.query.Problems;

/** The rules for what people say about a node. */
final class NodeFields {
    private static final int MOST_LABELS = 64;
    private static final int LONGEST_VALUE = 255;
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");
    private static final Pattern ARCHITECTURE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,49}");

    private NodeFields() {}

    static void checkName(String pointer, @Nullable String name, Problems problems) {
        problems.line(pointer, name, 200);
    }

    static void checkArchitecture(String pointer, @Nullable String architecture, Problems problems) {
        if (problems.present(pointer, architecture)) {
            problems.form(
                    pointer,
                    architecture,
                    ARCHITECTURE,
                    "1 to 50 letters, digits, dots, dashes and underscores, such as x86_64");
        }
    }

    static void checkLabels(String pointer, @Nullable Map<String, String> labels, Problems problems) {
        if (labels == null) {
            return;
        }
        if (labels.size() > MOST_LABELS) {
            problems.add(pointer, "has %d entries; at most %d are allowed".formatted(labels.size(), MOST_LABELS));
            return;
        }
        labels.forEach((key, value) -> {
            String at = pointer + "/" + key.replace("~", "~0").replace("/", "~1");
            problems.form(
                    at,
                    key,
                    KEY,
                    "under a key of 1 to 63 letters, digits, dots, dashes, underscores and slashes that starts with a"
                            + " letter or digit");
            if (problems.present(at, value)) {
                problems.text(at, value, LONGEST_VALUE);
            }
        });
    }
}
