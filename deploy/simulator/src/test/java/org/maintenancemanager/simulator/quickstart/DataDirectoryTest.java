package org.maintenancemanager.simulator.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path parent;

    @Test
    void newDirectoryIsMadeForItsOwnerAlone() throws Exception {
        try (DataDirectory data = DataDirectory.open(parent.resolve("a/b"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.root())))
                    .isEqualTo("rwx------");
            assertThat(data.root().resolve(DataDirectory.MARKER)).exists();
        }
    }

    @Test
    void directoryOfSomebodyElseIsRefusedAndNotTouched() throws Exception {
        Path letters = Files.createDirectory(parent.resolve("letters"));
        Files.writeString(letters.resolve("letter"), "dear");

        assertThatThrownBy(() -> DataDirectory.open(letters))
                .isInstanceOf(QuickstartFailure.class)
                .hasMessageContaining("Nothing was touched")
                .hasMessageContaining(letters.toString());

        assertThat(letters).isDirectoryContaining("glob:**/letter");
        assertThat(letters.resolve(DataDirectory.MARKER)).doesNotExist();
    }

    @Test
    void fileInPlaceOfTheDirectoryIsRefused() throws Exception {
        Path file = Files.writeString(parent.resolve("file"), "text");

        assertThatThrownBy(() -> DataDirectory.open(file)).hasMessageContaining("is not a directory");
        assertThat(file).hasContent("text");
    }

    @Test
    void clearingDeletesAllButWhatMakesItOurs() throws Exception {
        try (DataDirectory data = DataDirectory.open(parent.resolve("data"))) {
            Files.writeString(data.directory("fleet").resolve("node"), "state");
            data.keep("launcher.token", "secret");

            data.clear();

            assertThat(data.read("launcher.token")).isEmpty();
            assertThat(data.root().resolve("fleet")).doesNotExist();
            assertThat(data.root().resolve(DataDirectory.MARKER)).exists();
        }
    }

    @Test
    void clearingDeletesLinksNotWhatTheyPointTo() throws Exception {
        Path outside = Files.createDirectory(parent.resolve("outside"));
        Files.writeString(outside.resolve("photo"), "x");
        try (DataDirectory data = DataDirectory.open(parent.resolve("data"))) {
            Files.createSymbolicLink(data.root().resolve("link"), outside);

            data.clear();

            assertThat(data.root().resolve("link")).doesNotExist();
        }
        assertThat(outside.resolve("photo")).hasContent("x");
    }

    @Test
    void clearingThatWasCutOffIsFinishedAtTheNextStart() throws Exception {
        Path root = parent.resolve("data");
        try (DataDirectory data = DataDirectory.open(root)) {
            data.keep("half", "left");
            Files.createFile(data.root().resolve(".deleting"));
        }

        try (DataDirectory data = DataDirectory.open(root)) {
            assertThat(data.read("half")).isEmpty();
            assertThat(data.root().resolve(".deleting")).doesNotExist();
        }
    }

    @Test
    void whatIsKeptCanBeReadByItsOwnerOnly() throws Exception {
        try (DataDirectory data = DataDirectory.open(parent.resolve("data"))) {
            data.keep("token", "one");
            data.keep("token", "two");

            assertThat(data.read("token")).contains("two");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(data.root().resolve("token"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void directoryThatIsInUseIsNotTakenTwice() throws Exception {
        Path root = parent.resolve("data");
        try (DataDirectory data = DataDirectory.open(root)) {
            // Within one JVM the platform itself says so; between two, the lock is not had.
            assertThatThrownBy(() -> DataDirectory.open(root)).isInstanceOf(OverlappingFileLockException.class);
            assertThat(data.root()).exists();
        }
    }
}
