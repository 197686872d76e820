package org.maintenancemanager.web.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A machine with two slots in a folder, on which the shell client of {@code deploy/node} runs. */
final class ShellMachine implements AutoCloseable {
    static final Path CLIENT = Path.of("..", "deploy", "node").toAbsolutePath().normalize();

    static final Path MACHINE = Path.of(Objects.requireNonNull(ShellMachine.class.getResource("/shell/machine"))
            .getPath());

    private final Path directory;
    private final Process process;

    private ShellMachine(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    /**
     * Switches a machine on.
     *
     * @param directory of its own, and new
     * @param cut the power goes before this command, counted from 1; 0: never
     * @param settings more lines of the client's settings
     */
    static ShellMachine start(Path directory, String manager, String enrollmentToken, int cut, String... settings)
            throws IOException {
        Files.createDirectories(directory.resolve("health.d"));
        Files.writeString(directory.resolve("enrollment-token"), enrollmentToken);
        List<String> lines = new ArrayList<>(List.of(
                "MANAGER=" + manager,
                "BACKEND=directory",
                "STATE_DIR=" + directory.resolve("state"),
                "MACHINE_DIR=" + directory,
                "BOOT_ID_FILE=" + directory.resolve("boot-id"),
                "ENROLLMENT_TOKEN_FILE=" + directory.resolve("enrollment-token"),
                "HEALTH_DIR=" + directory.resolve("health.d"),
                "PUBLISHER_KEYS=" + directory.resolve("publishers"),
                "NODE_NAME=" + directory.getFileName(),
                "SERIAL=" + directory.getFileName(),
                "ARCHITECTURE=x86_64",
                "HARDWARE=folder",
                "INITIAL_VERSION=1.0",
                "MAX_POLL_SECONDS=1"));
        lines.addAll(List.of(settings));
        Files.write(directory.resolve("node.conf"), lines);
        Process process = new ProcessBuilder(
                        "sh", MACHINE.toString(), CLIENT.toString(), directory.toString(), "" + cut)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        return new ShellMachine(directory, process);
    }

    String name() {
        return directory.getFileName().toString();
    }

    /** {@code A} or {@code B}. */
    String runningSlot() throws IOException {
        return Files.readSymbolicLink(directory.resolve("running")).toString();
    }

    /** The slot that ran when the power went; null if it did not. */
    @Nullable
    String slotOfCut() throws IOException {
        Path cut = directory.resolve("was-cut");
        return Files.exists(cut) ? Files.readString(cut).strip() : null;
    }

    byte[] image(String slot) throws IOException {
        return Files.readAllBytes(directory.resolve(slot).resolve("image"));
    }

    /** How many commands with an effect it has run. */
    int steps() throws IOException {
        return Files.readAllLines(directory.resolve("steps")).size();
    }

    /** Those commands, with what they were told. */
    List<String> commands() throws IOException {
        return Files.readAllLines(directory.resolve("commands"));
    }

    String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    /** Returns when none of its processes runs any more, so that its folder may go. */
    @Override
    public void close() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("off"), "");
        List<ProcessHandle> running = new ArrayList<>();
        do {
            process.descendants().forEach(running::add);
            // The client leads a group. Killed one by one, a process could leave behind what it just started.
            for (ProcessHandle child : process.children().toList()) {
                new ProcessBuilder("sh", "-c", "kill -s KILL -- -" + child.pid())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            }
        } while (!process.waitFor(Duration.ofMillis(100)));
        running.forEach(each -> each.onExit().join());
    }
}
