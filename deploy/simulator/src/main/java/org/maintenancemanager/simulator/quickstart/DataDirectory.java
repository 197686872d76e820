package org.maintenancemanager.simulator.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.maintenancemanager.simulator.local.Trees;

/**
 * Where everything of one quickstart lies, for one process at a time. Known by its marker file: a directory without it is
 * somebody else's, and never touched.
 */
final class DataDirectory implements AutoCloseable {
    static final String MARKER = ".maintenance-manager-quickstart";

    private static final String LOCK = "lock";
    /** There while a deletion is under way; a deletion that was interrupted is finished first. */
    private static final String DELETING = ".deleting";

    private static final long LOG_LIMIT = 20_000_000;

    private final Path root;
    private final FileChannel lockFile;

    private DataDirectory(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Takes the directory, which is made if missing.
     *
     * @throws QuickstartFailure if it holds something else, or another quickstart has it
     */
    static DataDirectory open(Path directory) throws IOException {
        Path root = directory.toAbsolutePath().normalize();
        if (Files.exists(root, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(root)) {
            throw new QuickstartFailure("%s is not a directory.".formatted(root));
        }
        Files.createDirectories(root);
        root = root.toRealPath();
        Path marker = root.resolve(MARKER);
        if (!Files.isRegularFile(marker, LinkOption.NOFOLLOW_LINKS)) {
            if (!isEmpty(root)) {
                throw new QuickstartFailure(("%s holds files and was not made by the quickstart (it has no %s)."
                                + " Nothing was touched. Name an empty or a new directory with --data.")
                        .formatted(root, MARKER));
            }
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
            Files.writeString(marker, "The Maintenance Manager's quickstart keeps its data in this directory.\n");
        }
        FileChannel channel = FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        // Held until this process ends, however it ends.
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new QuickstartFailure(
                    "Another quickstart runs on %s. Stop it first, or name another directory with --data."
                            .formatted(root));
        }
        var data = new DataDirectory(root, channel);
        if (Files.exists(root.resolve(DELETING))) {
            data.clear();
        }
        return data;
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.findAny().isEmpty();
        }
    }

    /** Deletes all that earlier runs left. */
    void clear() throws IOException {
        Path deleting = root.resolve(DELETING);
        if (!Files.exists(deleting)) {
            Files.createFile(deleting);
        }
        List<Path> children;
        try (Stream<Path> listed = Files.list(root)) {
            children = listed.toList();
        }
        for (Path child : children) {
            String name = child.getFileName().toString();
            if (!name.equals(MARKER) && !name.equals(LOCK) && !name.equals(DELETING)) {
                Trees.delete(child);
            }
        }
        Files.delete(deleting);
    }

    Path root() {
        return root;
    }

    /** A directory in it, made if missing. */
    Path directory(String name) throws IOException {
        return Files.createDirectories(root.resolve(name));
    }

    /** A log to add to; what grew too large is set aside under {@code .1}. */
    Path log(String name) throws IOException {
        Path log = directory("logs").resolve(name);
        if (Files.exists(log) && Files.size(log) > LOG_LIMIT) {
            Files.move(log, log.resolveSibling(name + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        return log;
    }

    /** What was kept under this name. */
    Optional<String> read(String name) {
        Path file = root.resolve(name);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + file, e);
        }
    }

    /** Keeps a text that only this user can read; whole or not at all. */
    void keep(String name, String text) throws IOException {
        Path whole = root.resolve(name);
        Path part = root.resolve(name + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(part, text);
        Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
