package org.maintenancemanager.web.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The back end of the shell client with RAUC itself: its service on a bus of its own, two files as its slots. */
@DisplayName("RAUC (left out without rauc, mksquashfs, dbus-run-session, openssl, or the right to mount a bundle)")
@EnabledIf("canInstall")
class RaucBackendTest {
    private static final String BACKEND =
            ShellMachine.CLIENT.resolve("backends/rauc").toAbsolutePath().toString();
    private static final int SIZE = 300_000;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private byte[] content = {};

    /** RAUC mounts what it installs, which containers seldom allow, not even to root. */
    static boolean canInstall() {
        try {
            Path probe = Files.createTempDirectory("rauc-probe-");
            return run(probe, Map.of(), """
                            trap 'rm -rf "$PWD"' EXIT
                            command -v rauc dbus-run-session openssl > /dev/null || exit 1
                            mkdir content mounted && mksquashfs content bundle > /dev/null || exit 1
                            mount -o loop,ro bundle mounted && umount mounted""").exit() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @BeforeEach
    void makeABundleAndABootLoader() throws Exception {
        content = new byte[SIZE];
        new Random(3).nextBytes(content);
        Files.write(Files.createDirectories(directory.resolve("content")).resolve("rootfs.img"), content);
        Files.writeString(directory.resolve("content/manifest.raucm"), """
                [update]
                compatible=Test
                version=2.0
                [bundle]
                format=plain
                [image.rootfs]
                filename=rootfs.img
                """);
        Files.writeString(directory.resolve("boot-loader"), """
                #!/bin/sh
                cd "$(dirname "$0")" || exit 1
                case $1 in
                    get-primary) cat primary ;;
                    set-primary) echo "$2" > primary ;;
                    get-state) cat "state-$2" ;;
                    set-state) echo "$3" > "state-$2" ;;
                esac
                """);
        Files.writeString(directory.resolve("system.conf"), """
                [system]
                compatible=Test
                bootloader=custom
                activate-installed=false
                statusfile=%1$s/status
                mountprefix=%1$s/mounted
                [handlers]
                bootloader-custom-backend=%1$s/boot-loader
                [keyring]
                path=%1$s/publisher.pem
                [slot.rootfs.0]
                device=%1$s/slot-a
                type=raw
                bootname=A
                [slot.rootfs.1]
                device=%1$s/slot-b
                type=raw
                bootname=B
                """.formatted(directory));
        succeeds(run(directory, Map.of(), """
                chmod 700 boot-loader && mkdir mounted && echo A > primary && echo good > state-A && echo good > state-B
                truncate -s 1M slot-a slot-b
                openssl req -x509 -newkey rsa:2048 -nodes -keyout publisher.key -out publisher.pem -subj /CN=publisher -days 30
                rauc --cert=publisher.pem --key=publisher.key bundle content image.raucb"""));
    }

    @Test
    void slotIsWrittenArmedAndKept() throws Exception {
        succeeds(booted("A", """
                [ "$("$BACKEND" running)" = A ] || exit 3
                "$BACKEND" write B "$PWD/image.raucb" 2.0 0 || exit 4
                [ "$(cat primary)" = A ] || exit 5
                "$BACKEND" arm B"""));

        assertThat(Arrays.copyOf(Files.readAllBytes(directory.resolve("slot-b")), SIZE))
                .isEqualTo(content);
        assertThat(directory.resolve("primary")).hasContent("B");
        Files.writeString(directory.resolve("state-B"), "bad");
        succeeds(booted("B", """
                [ "$("$BACKEND" running)" = B ] || exit 3
                "$BACKEND" confirm B"""));
        assertThat(directory.resolve("state-B")).hasContent("good");
        assertThat(directory.resolve("primary")).hasContent("B");
    }

    @Test
    void nodeGoesBackToTheOtherSlot() throws Exception {
        Files.writeString(directory.resolve("primary"), "B");

        succeeds(booted("B", "\"$BACKEND\" revert A"));

        assertThat(directory.resolve("state-B")).hasContent("bad");
        assertThat(directory.resolve("primary")).hasContent("A");
    }

    @Test
    void damagedBundleIsRefusedAndNothingIsWritten() throws Exception {
        Path image = directory.resolve("image.raucb");
        byte[] bytes = Files.readAllBytes(image);
        bytes[bytes.length / 3] ^= 1;
        Files.write(image, bytes);

        Outcome outcome = booted("A", "\"$BACKEND\" write B \"$PWD/image.raucb\" 2.0 0");

        assertThat(outcome.exit()).as(outcome.out()).isNotZero();
        assertThat(outcome.out()).contains("signature");
        assertThat(Files.readAllBytes(directory.resolve("slot-b"))).containsOnly(0);
    }

    private record Outcome(int exit, String out) {}

    private static void succeeds(Outcome outcome) {
        assertThat(outcome.exit()).as(outcome.out()).isZero();
    }

    /** What a node that has booted this slot does; RAUC's service runs meanwhile. */
    private Outcome booted(String slot, String steps) throws IOException, InterruptedException {
        Path script = Files.writeString(directory.resolve("steps"), """
                # What starts it on the session's bus; set here, since dbus-run-session takes it away.
                export DBUS_STARTER_BUS_TYPE=session
                rauc service --conf=system.conf --override-boot-slot=%s > service.log 2>&1 &
                service=$!
                trap 'kill $service 2> /dev/null' EXIT
                until rauc status > /dev/null 2>&1; do
                    kill -0 $service || { cat service.log; exit 9; }
                    sleep 0.1
                done
                %s
                """.formatted(slot, steps));
        return run(directory, Map.of("BACKEND", BACKEND), "exec dbus-run-session -- sh " + script);
    }

    private static Outcome run(Path directory, Map<String, String> environment, String script)
            throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        List<String> command = new ArrayList<>(List.of("sh", "-c", script));
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            throw new IOException("took too long: " + script);
        }
        return new Outcome(
                process.exitValue(), Files.exists(out) ? Files.readString(out, StandardCharsets.ISO_8859_1) : "");
    }
}
