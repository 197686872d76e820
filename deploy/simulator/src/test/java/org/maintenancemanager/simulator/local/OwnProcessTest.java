package org.maintenancemanager.simulator.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnProcessTest {
    @TempDir
    Path directory;

    private Process child;

    @BeforeEach
    void startChild() throws IOException {
        child = new ProcessBuilder("sleep", "600").start();
    }

    @AfterEach
    void endChild() {
        child.destroyForcibly();
    }

    private Path pidFile() {
        return directory.resolve("pid");
    }

    @Test
    void processThatWasNotedIsFoundAndStopped() throws Exception {
        OwnProcess.note(pidFile(), child.pid());

        ProcessHandle found = OwnProcess.find(pidFile(), arguments -> arguments.contains("600"))
                .orElseThrow();
        OwnProcess.stop(found, Duration.ofSeconds(30));

        assertThat(found.pid()).isEqualTo(child.pid());
        assertThat(child.waitFor()).isNotZero();
    }

    @Test
    void processThatSomebodyElseStartedUnderTheSameIdIsNotFound() throws Exception {
        OwnProcess.note(pidFile(), child.pid());

        assertThat(OwnProcess.find(pidFile(), arguments -> arguments.contains("-Dmark=ours")))
                .isEmpty();
        assertThat(child.isAlive()).isTrue();
    }

    @Test
    void processThatEndedIsNotFound() throws Exception {
        OwnProcess.note(pidFile(), child.pid());
        child.destroyForcibly().waitFor();

        assertThat(OwnProcess.find(pidFile(), arguments -> true)).isEmpty();
    }

    @Test
    void fileThatIsMissingOrHoldsNoIdNamesNobody() throws Exception {
        assertThat(OwnProcess.find(pidFile(), arguments -> true)).isEmpty();
        for (String text : new String[] {"", "\n", "0", "-1", "99999999999999999999", "12 34", "nobody"}) {
            Files.writeString(pidFile(), text);
            assertThat(OwnProcess.find(pidFile(), arguments -> true)).as(text).isEmpty();
        }
    }

    @Test
    void managerIsKnownByItsMarkAlone() throws Exception {
        OwnProcess.note(pidFile(), child.pid());

        assertThat(ManagerProcess.stopLeftover(pidFile(), "/data")).isEmpty();

        assertThat(child.isAlive()).isTrue();
        assertThat(pidFile()).doesNotExist();
    }
}
