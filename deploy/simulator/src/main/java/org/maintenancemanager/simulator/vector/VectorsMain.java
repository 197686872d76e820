package org.maintenancemanager.simulator.vector;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Plays the manager's side of a test vector; see {@code deploy/simulator/simulate vectors --help}. */
@Command(
        name = "simulate vectors",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Plays the manager to one client, as a test vector says, and tells what the client does wrong."
                + " Without a name it lists the vectors.")
public final class VectorsMain implements Callable<Integer> {
    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "the vector")
    @Nullable
    String name;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "0", description = "on 127.0.0.1; 0: a free one")
    int port;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "120", description = "how long the client has")
    int seconds = 120;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new VectorsMain()).execute(arguments));
    }

    @Override
    @SuppressWarnings("SystemOut")
    public Integer call() throws IOException, InterruptedException {
        if (name == null) {
            for (Vector vector : Vector.all()) {
                System.out.printf("%-24s %s%n", vector.name(), vector.tells());
            }
            return 0;
        }
        Vector vector = Vector.all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(null);
        if (vector == null) {
            System.err.println("There is no vector '" + name + "'; call it without a name for a list.");
            return 2;
        }
        try (VectorManager manager = VectorManager.play(vector, port)) {
            System.out.printf(
                    "%s%nmanager           %s%nenrollment token  %s%n",
                    vector.tells(), manager.uri(), VectorManager.ENROLLMENT_TOKEN);
            Instant end = Instant.now().plus(Duration.ofSeconds(seconds));
            while (!manager.isOver()
                    && manager.mistakes().isEmpty()
                    && Instant.now().isBefore(end)) {
                Thread.sleep(200);
            }
            manager.mistakes().forEach(System.out::println);
            String missing = manager.missing();
            if (missing != null) {
                System.out.println(missing);
            }
            boolean passed = missing == null && manager.mistakes().isEmpty();
            System.out.println(passed ? "PASSED" : "FAILED");
            return passed ? 0 : 1;
        }
    }
}
