package org.maintenancemanager.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    @Test
    void allOptionsAreRead() {
        CommandLine command = Main.commandLine();

        command.parseArgs(("--nodes 10 --manager http://127.0.0.1:8080 --grpc 127.0.0.1:9090 --token a --token b --poll"
                        + " 500ms --failure-rate 0.02 --image-behaviour 2.0=NO_BOOT --state x --seed 1 --duration 60s"
                        + " --lost-replies 0.1 --duplicates 0.1 --resets 0.1 --wrong-bytes 0.1"
                        + " --silence-after-permit 0.1 --label a=b --initial-image 1.0=00")
                .split(" "));

        Main main = command.getCommand();
        assertThat(main.poll).hasMillis(500);
        assertThat(main.tokens).containsExactly("a", "b");
        assertThat(main.behaviours).containsEntry("2.0", ImageBehaviour.NO_BOOT);
    }

    @Test
    void wrongUseIsExplained(@TempDir Path directory) {
        assertThat(run("--token", "t", "--poll", "5 s")).contains("expected a time such as 500ms");
        assertThat(run("--token", "t", "--state", directory.toString(), "--resets", "2"))
                .contains("resets must be a probability");
        assertThat(run()).contains("--token");
    }

    @Test
    void runsForAsLongAsItIsTold(@TempDir Path directory) throws Exception {
        try (FakeManager manager = new FakeManager()) {
            int status = Main.commandLine()
                    .execute(
                            "--nodes",
                            "3",
                            "--manager",
                            manager.uri().toString(),
                            "--token",
                            "t",
                            "--state",
                            directory.toString(),
                            "--poll",
                            "100ms",
                            "--duration",
                            "5s",
                            "--interval",
                            "500ms");

            assertThat(status).isZero();
            assertThat(manager.nodes).hasSize(3);
        }
    }

    private static String run(String... arguments) {
        StringWriter errors = new StringWriter();
        int status = Main.commandLine().setErr(new PrintWriter(errors)).execute(arguments);
        assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
        return errors.toString();
    }
}
