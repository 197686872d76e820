package org.maintenancemanager.core.takeover;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.EmfImport;

/** Names of architectures, as nodes and images here have them. */
final class Architectures {
    private static final String USUAL = "x86_64";

    private Architectures() {}

    static String assumed(EmfImport wanted) {
        return wanted.architecture() == null ? USUAL : wanted.architecture();
    }

    /** @param said null: that which the operator said, or the usual one */
    static String of(@Nullable String said, EmfImport wanted) {
        if (said == null) {
            return assumed(wanted);
        }
        return switch (said.toLowerCase(Locale.ROOT)) {
            case "x86_64", "x86-64", "amd64" -> USUAL;
            case "arm64", "aarch64" -> "aarch64";
            default -> said;
        };
    }
}
