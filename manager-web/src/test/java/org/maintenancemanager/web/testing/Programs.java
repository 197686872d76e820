package org.maintenancemanager.web.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Programs of this machine that tests call. {@code .ci/run} installs them all. */
public final class Programs {
    private Programs() {}

    /** Skips the test that asks, by name, where one of them is missing. */
    public static void needed(String... programs) {
        for (String program : programs) {
            assumeTrue(isInstalled(program), program + " is not installed");
        }
    }

    public static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
