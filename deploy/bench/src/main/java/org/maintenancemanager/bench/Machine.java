package org.maintenancemanager.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What the figures were measured on. */
record Machine(String processor, int cores, long memoryMegabytes, String kernel) {
    /** USER_HZ, which is 100 on every Linux that has it not changed by hand. */
    private static final double TICKS_PER_SECOND = 100;

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

    /** What a process has used of processors since it began, in seconds. */
    static double processorSeconds(long pid) throws IOException {
        String[] stat = stat(pid);
        return (Long.parseLong(stat[11]) + Long.parseLong(stat[12])) / TICKS_PER_SECOND;
    }

    /** The same with its children, those that have ended included. */
    static double processorSecondsWithChildren(long pid) throws IOException {
        String[] stat = stat(pid);
        double seconds =
                processorSeconds(pid) + (Long.parseLong(stat[13]) + Long.parseLong(stat[14])) / TICKS_PER_SECOND;
        List<Long> children = ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::children)
                .map(ProcessHandle::pid)
                .toList();
        for (long child : children) {
            try {
                seconds += processorSeconds(child);
            } catch (NoSuchFileException ended) {
                // Its time stands with its parent by now, or will the next time.
            }
        }
        return seconds;
    }

    /** The fields of {@code /proc/<pid>/stat} after the name of the program, which may hold blanks. */
    private static String[] stat(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
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
