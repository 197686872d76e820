package org.maintenancemanager.web.ddi;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.maintenancemanager.web.testing.Plant;

/** Debian's SWUpdate as a device API client, with images that it accepts. Dry runs: nothing of this machine is written. */
public final class Swupdate {
    /** As long as the name that they replace, in hex digits; other tests may run on this machine. */
    private static final AtomicLong NAMES = new AtomicLong(new Random().nextLong(1L << 47));

    private final Path directory;
    private final Path certificate;
    private final Path key;

    private Swupdate(Path directory) {
        this.directory = directory;
        this.certificate = directory.resolve("publisher.pem");
        this.key = directory.resolve("publisher.key");
    }

    /** Whether the programs that this needs are there; named by the tests that are left out without them. */
    public static boolean isInstalled() {
        return runs("swupdate", "--version") && runs("openssl", "version");
    }

    private static boolean runs(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS);
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** With a publisher's key of its own. */
    public static Swupdate in(Path directory) throws IOException, InterruptedException {
        var swupdate = new Swupdate(directory);
        run(
                directory,
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                swupdate.key.toString(),
                "-out",
                swupdate.certificate.toString(),
                "-subj",
                "/CN=publisher",
                "-days",
                "30",
                "-addext",
                "extendedKeyUsage=emailProtection");
        return swupdate;
    }

    /** A signed image with so many random bytes. */
    byte[] image(int size) throws IOException, InterruptedException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return image(content, Plant.digest("SHA-256", content));
    }

    /** An image whose content is not what its signed description says. */
    byte[] damagedImage() throws IOException, InterruptedException {
        byte[] content = new byte[20_000];
        new Random(1).nextBytes(content);
        return image(content, "0".repeat(64));
    }

    private byte[] image(byte[] content, String sha256) throws IOException, InterruptedException {
        return archive(content, """
                software = { version = "1.0.0"; hardware-compatibility = [ "1.0" ];
                  files: ( { filename = "rootfs.bin"; path = "%s"; sha256 = "%s"; } ); }
                """.formatted(directory.resolve("written"), sha256));
    }

    /** A signed image that is written to the one file or the other, as its selections slot-a and slot-b say. */
    public byte[] imageOfSlots(byte[] content, Path slotA, Path slotB) throws IOException, InterruptedException {
        String file = "{ files: ( { filename = \"rootfs.bin\"; path = \"%s\"; sha256 = \"%s\"; } ); };";
        String sha256 = Plant.digest("SHA-256", content);
        return archive(content, """
                software = { version = "1.0.0"; hardware-compatibility = [ "1.0" ];
                  stable = { slot-a: %s slot-b: %s }; }
                """.formatted(file.formatted(slotA, sha256), file.formatted(slotB, sha256)));
    }

    /** What its images are verified with. */
    public Path certificate() {
        return certificate;
    }

    private byte[] archive(byte[] content, String described) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory(directory, "image-");
        Path description = work.resolve("sw-description");
        Files.writeString(description, described);
        Path signature = work.resolve("sw-description.sig");
        run(
                work,
                "openssl",
                "cms",
                "-sign",
                "-in",
                description.toString(),
                "-out",
                signature.toString(),
                "-signer",
                certificate.toString(),
                "-inkey",
                key.toString(),
                "-outform",
                "DER",
                "-nosmimecap",
                "-binary");
        var archive = new ByteArrayOutputStream();
        entry(archive, "sw-description", Files.readAllBytes(description));
        entry(archive, "sw-description.sig", Files.readAllBytes(signature));
        entry(archive, "rootfs.bin", content);
        entry(archive, "TRAILER!!!", new byte[0]);
        return archive.toByteArray();
    }

    /** In cpio's "new portable format with CRC": numbers of 8 hex digits, everything padded to 4 bytes. */
    private static void entry(ByteArrayOutputStream out, String name, byte[] content) throws IOException {
        long sum = 0;
        for (byte b : content) {
            sum += b & 0xff;
        }
        boolean trailer = name.equals("TRAILER!!!");
        long[] numbers = {
            trailer ? 0 : 1,
            trailer ? 0 : 0100644,
            0,
            0,
            1,
            0,
            content.length,
            0,
            0,
            0,
            0,
            name.length() + 1L,
            sum & 0xffffffffL
        };
        var header = new StringBuilder("070702");
        for (long number : numbers) {
            header.append("%08X".formatted(number));
        }
        header.append(name).append('\0');
        out.write(header.toString().getBytes(StandardCharsets.US_ASCII));
        pad(out);
        out.write(content);
        pad(out);
    }

    private static void pad(ByteArrayOutputStream out) {
        while (out.size() % 4 != 0) {
            out.write(0);
        }
    }

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("command.log").toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(
                    String.join(" ", command) + ": " + Files.readString(directory.resolve("command.log")));
        }
    }

    /** A running client. */
    static final class Client implements AutoCloseable {
        private final Process process;
        private final Path log;

        private Client(Process process, Path log) {
            this.process = process;
            this.log = log;
        }

        String log() {
            try {
                return Files.readString(log, StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                return e.toString();
            }
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            try {
                if (!process.waitFor(5, TimeUnit.SECONDS)) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * A copy of the program with a socket of its own for its log. The socket has no place in the file system, so all clients
     * of one machine share its name: from the twelfth on they end at once, as "Address already in use".
     */
    private Path program(Path home) throws IOException, InterruptedException {
        Path program = home.resolve("swupdate");
        // Not written by this process, which might be starting another at this moment ("text file busy").
        run(
                home,
                "sh",
                "-c",
                "LC_ALL=C sed \"s/NotifyServer/$1/\" \"$(command -v swupdate)\" > \"$2\" && chmod 700 \"$2\"",
                "sh",
                "%012x".formatted(NAMES.incrementAndGet()),
                program.toString());
        return program;
    }

    /**
     * Starts it as a client that polls.
     *
     * @param more arguments of suricatta: {@code -c 2}
     */
    Client start(String managerUrl, Plant.Controller controller, String more) throws IOException, InterruptedException {
        Path home = Files.createTempDirectory(directory, "client-");
        Path program = program(home);
        Path configuration = home.resolve("swupdate.cfg");
        Files.writeString(configuration, """
                globals: {};
                identify: ({ name = "line"; value = "7"; });
                suricatta: { tenant = "default"; id = "%s"; retrywait = 1; };
                """.formatted(controller.name()));
        Path log = home.resolve("log");
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "-n",
                "-v",
                "-f",
                configuration.toString(),
                "-k",
                certificate.toString(),
                "-H",
                "board:1.0",
                "-u",
                "-t default -u %s -i %s -k %s -p 1 -r 20 -w 1 -m 1 %s"
                        .formatted(managerUrl, controller.name(), controller.token(), more)
                        .strip()));
        var builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // Its sockets lie there, and two of them must not share one.
        builder.environment().put("TMPDIR", home.toString());
        return new Client(builder.start(), log);
    }

    static final Duration PATIENCE = Duration.ofSeconds(60);
}
