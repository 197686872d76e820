package org.maintenancemanager.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.maintenancemanager.web.ddi.Swupdate;

/** What the back ends of the shell client ask of boot loaders and installers; programs that write down their arguments stand in for those. */
class ShellBackendTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private Path boot = Path.of("");
    private Path calls = Path.of("");

    @BeforeEach
    void lay() throws IOException {
        boot = Files.createDirectories(directory.resolve("esp"));
        Files.createDirectories(boot.resolve("loader/entries"));
        Files.createDirectories(directory.resolve("bin"));
        calls = directory.resolve("calls");
        Files.writeString(calls, "");
    }

    @Test
    void systemdBootWritesASlotWithAnEntryThatIsCounted() throws Exception {
        program("bootctl", "");
        program("umount", "");
        // What is mounted shows the kernel that lies in the image.
        program(
                "mount",
                "mkdir -p \"$4/boot\"; echo kernel > \"$4/boot/vmlinuz\"; echo initrd > \"$4/boot/initrd.img\"");
        program("rmdir", "");
        Path device = Files.write(directory.resolve("partition"), new byte[100]);
        Path image = Files.write(directory.resolve("image"), "the new slot".getBytes(StandardCharsets.UTF_8));
        Path old = Files.writeString(boot.resolve("loader/entries/slot-b+0-1.conf"), "of the version before");

        run("systemd-boot", "write", "B", image.toString(), "2.0", "0".repeat(64));

        assertThat(Files.readString(device)).startsWith("the new slot");
        assertThat(old).doesNotExist();
        assertThat(Files.readString(boot.resolve("loader/entries/slot-b+1.conf")))
                .contains("linux /slot-b/linux", "initrd /slot-b/initrd", "maintmgr.slot=B");
        assertThat(boot.resolve("slot-b/linux")).hasContent("kernel");
        run("systemd-boot", "arm", "B");
        assertThat(called()).contains("bootctl set-oneshot slot-b*.conf");
        run("systemd-boot", "confirm", "B");
        assertThat(called()).contains("bootctl set-default slot-b*.conf");
        run("systemd-boot", "revert", "A");
        assertThat(called()).endsWith("bootctl set-oneshot ", "bootctl set-default slot-a*.conf");
    }

    @Test
    void systemdBootUnpacksImages() throws Exception {
        program("bootctl", "");
        program("umount", "");
        program("mount", "mkdir -p \"$4/boot\"; echo kernel > \"$4/boot/vmlinuz\"");
        program("rmdir", "");
        Path device = Files.write(directory.resolve("partition"), new byte[100]);
        Path image = directory.resolve("image.gz");
        try (var out = new java.util.zip.GZIPOutputStream(Files.newOutputStream(image))) {
            out.write("unpacked".getBytes(StandardCharsets.UTF_8));
        }
        run("systemd-boot", "write", "B", image.toString(), "2.0", "0".repeat(64));
        assertThat(Files.readString(device)).startsWith("unpacked");
        assertThat(Files.readString(boot.resolve("loader/entries/slot-b+1.conf")))
                .doesNotContain("initrd");
    }

    @Test
    void systemdBootTellsTheSlotByTheKernelsCommandLine() throws Exception {
        Files.writeString(directory.resolve("cmdline"), "root=/dev/sda3 maintmgr.slot=B ro quiet");
        assertThat(run("systemd-boot", "running")).isEqualTo("B");
        Files.writeString(directory.resolve("cmdline"), "root=/dev/sda2 ro");
        assertThat(run("systemd-boot", "running")).isEqualTo("A");
    }

    @Test
    void systemdBootRefusesASlotWithoutEntry() throws Exception {
        program("bootctl", "");
        assertThat(start("systemd-boot", "arm", "B").waitFor()).isEqualTo(1);
        assertThat(called()).isEmpty();
    }

    @Test
    void edgeMicrovisorToolkitsToolIsAskedToWriteApplyAndKeep() throws Exception {
        program("os-update-tool.sh", "");
        program("bootctl", "echo '   Current Entry: linux-2.efi'");
        assertThat(run("emt", "running")).isEqualTo("B");
        run("emt", "write", "A", "/images/2.raw.gz", "2.0", "ab".repeat(32));
        run("emt", "arm", "A");
        run("emt", "confirm", "A");
        run("emt", "revert", "B");
        assertThat(called())
                .containsExactly(
                        "bootctl status",
                        "os-update-tool.sh -w -u /images/2.raw.gz -s " + "ab".repeat(32),
                        "os-update-tool.sh -a",
                        "os-update-tool.sh -c",
                        "bootctl set-default linux-2.efi");
    }

    @Test
    void raucInstallsMarksAndGoesBack() throws Exception {
        program("rauc", """
                if [ "$1 $2" = "status --output-format=shell" ]; then
                    echo "RAUC_SYSTEM_BOOTED_BOOTNAME='B'"
                    echo "RAUC_SYSTEM_SLOTS='rootfs.0 rootfs.1'"
                    echo "RAUC_SLOTS='1 2'"
                    echo "RAUC_SLOT_BOOTNAME_1='A'"
                    echo "RAUC_SLOT_BOOTNAME_2='B'"
                fi""");
        assertThat(run("rauc", "running")).isEqualTo("B");
        run("rauc", "write", "A", "/images/2.raucb", "2.0", "0");
        run("rauc", "arm", "A");
        run("rauc", "confirm", "B");
        run("rauc", "revert", "A");
        assertThat(called().stream().filter(call -> !call.contains("--output-format")))
                .containsExactly(
                        "rauc install /images/2.raucb",
                        "rauc status mark-active other",
                        "rauc status mark-good booted",
                        "rauc status mark-bad booted",
                        "rauc status mark-active rootfs.0");
    }

    @Test
    void swupdateInstallsIntoTheOtherSlotsSet() throws Exception {
        program("swupdate", "");
        program("fw_setenv", "cat >> \"$CALLS\"");
        run("swupdate", "write", "B", "/images/2.swu", "2.0", "0");
        run("swupdate", "arm", "B");
        run("swupdate", "confirm", "B");
        assertThat(called())
                .containsExactly(
                        "swupdate -l 3 -i /images/2.swu -e stable,slot-b",
                        "fw_setenv --script -",
                        "slot=B",
                        "upgrade_available=1",
                        "bootcount=0",
                        "fw_setenv --script -",
                        "slot=B",
                        "upgrade_available=0",
                        "bootcount=0");
    }

    @Test
    @EnabledIf("org.maintenancemanager.web.ddi.Swupdate#isInstalled")
    void swupdateItselfWritesTheSlotAndSaysWhenItCouldNot() throws Exception {
        Path home = Files.createDirectories(directory.resolve("swupdate"));
        Swupdate swupdate = Swupdate.in(home);
        byte[] content = "the new slot, by SWUpdate".getBytes(StandardCharsets.UTF_8);
        Path slotA = directory.resolve("slot-a");
        Path slotB = directory.resolve("slot-b");
        byte[] bytes = swupdate.imageOfSlots(content, slotA, slotB);
        Path image = Files.write(directory.resolve("2.swu"), bytes);
        Map<String, String> settings = Map.of(
                "SWUPDATE_KEY", swupdate.certificate().toString(),
                "SWUPDATE_HARDWARE", "board:1.0",
                "TMPDIR", home.toString());

        // Several times, since its exit code is not to be relied on.
        for (int i = 0; i < 4; i++) {
            Files.deleteIfExists(slotB);
            Process process = start("swupdate", settings, "write", "B", image.toString(), "2.0", "0");
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(out).isZero();
            assertThat(slotB).hasBinaryContent(content);
        }
        assertThat(slotA).doesNotExist();

        bytes[bytes.length / 2] ^= 1;
        Files.write(image, bytes);
        Process process = start("swupdate", settings, "write", "A", image.toString(), "2.0", "0");
        process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isEqualTo(1);
    }

    @Test
    void installLaysTheClientOutForAnImage() throws Exception {
        Path root = directory.resolve("root");
        Process process = new ProcessBuilder(
                        ShellMachine.CLIENT.resolve("install").toString(), root.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(process.waitFor()).isZero();
        assertThat(root.resolve("usr/lib/maintenance-node/maintenance-node")).isExecutable();
        assertThat(root.resolve("usr/lib/systemd/system/maintenance-node.service"))
                .isRegularFile();
        assertThat(root.resolve("etc/maintenance-node/maintenance-node.conf")).isRegularFile();
    }

    /** A program that writes down how it was called, then does {@code what}. */
    private void program(String name, String what) throws IOException {
        Path file = Files.writeString(
                directory.resolve("bin").resolve(name),
                "#!/bin/sh\necho \"%s $*\" >> \"$CALLS\"\n%s\n".formatted(name, what));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> called() throws IOException {
        return Files.readAllLines(calls);
    }

    private String run(String backend, String... arguments) throws IOException, InterruptedException {
        Process process = start(backend, arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.strip();
    }

    private Process start(String backend, String... arguments) throws IOException {
        return start(backend, Map.of(), arguments);
    }

    private Process start(String backend, Map<String, String> settings, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ShellMachine.CLIENT.resolve("backends").resolve(backend).toString());
        Stream.of(arguments).forEach(command::add);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "PATH", directory.resolve("bin") + ":" + System.getenv("PATH"),
                        "CALLS", calls.toString(),
                        "BOOT_DIR", boot.toString(),
                        "SLOT_B_DEVICE", directory.resolve("partition").toString(),
                        "COMMAND_LINE", directory.resolve("cmdline").toString(),
                        "UPDATE_TOOL",
                                directory.resolve("bin/os-update-tool.sh").toString()));
        builder.environment().putAll(settings);
        return builder.start();
    }
}
