package org.maintenancemanager.simulator;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Where one node keeps its memory: a small file, replaced as a whole, and only when something changed. */
final class NodeFile {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .changeDefaultVisibility(visibility ->
                    visibility.withFieldVisibility(Visibility.ANY).withIsGetterVisibility(Visibility.NONE))
            .build();

    private final Path file;
    private final Path next;
    private byte[] kept = new byte[0];

    NodeFile(Path file) {
        this.file = file;
        this.next = file.resolveSibling(file.getFileName() + ".next");
    }

    /** Null before the first {@link #write}. */
    @Nullable
    NodeMemory read() throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        kept = Files.readAllBytes(file);
        try {
            return MAPPER.readValue(kept, NodeMemory.class);
        } catch (JacksonException e) {
            throw new IOException("The state file " + file + " cannot be read", e);
        }
    }

    void write(NodeMemory memory) throws IOException {
        byte[] bytes = MAPPER.writeValueAsBytes(memory);
        if (Arrays.equals(bytes, kept)) {
            return;
        }
        Files.write(next, bytes);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        kept = bytes;
    }
}
