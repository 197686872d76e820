package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** What the figures were measured on. */
record Machine(String processor, int cores, long memoryMegabytes, String kernel) {
    static Machine thisOne() {
        return new Machine(
                value("/proc/cpuinfo", "model name", System.getProperty("os.arch", "unknown")),
                Runtime.getRuntime().availableProcessors(),
                kilobytes("/proc/meminfo", "MemTotal") / 1024,
                System.getProperty("os.name") + " " + System.getProperty("os.version"));
    }

    /** The memory of a process that is in RAM now (VmRSS), in megabytes of 1,000,000 bytes. */
    static double residentMegabytes(long pid) {
        return kilobytes("/proc/" + pid + "/status", "VmRSS") * 1024 / 1e6;
    }

    String line() {
        return String.format(Locale.ROOT, "%s, %d cores, %,d MB, %s", processor, cores, memoryMegabytes, kernel);
    }

    private static long kilobytes(String file, String key) {
        String value = value(file, key, "0 kB");
        return Long.parseLong(value.substring(0, value.indexOf(' ')));
    }

    /** The value of a line {@code key : value} of a file of the kernel. */
    private static String value(String file, String key, String absent) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(absent);
        } catch (IOException e) {
            return absent;
        }
    }
}
