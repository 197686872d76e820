package org.maintenancemanager.core.ddi;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.decision.ClientFamily;

/**
 * The one file of a software module.
 *
 * @param baseName its name without the extension, which is the client's affair
 */
public record DdiArtifact(
        String baseName,
        ClientFamily family,
        long size,
        String sha256,
        @Nullable String sha1,
        @Nullable String md5) {
    private static final Set<String> EXTENSIONS = Set.of(".swu", ".raucb");

    /** {@code edge-os-1.4.2}, with nothing in it that a file system or a URL would mind. */
    static String baseName(String family, String version) {
        return (family + "-" + version).replaceAll("[^A-Za-z0-9._-]", "_");
    }

    /** SWUpdate passes over every file that does not end in {@code .swu}. */
    static String extension(ClientFamily family) {
        return family == ClientFamily.RAUC ? ".raucb" : ".swu";
    }

    DdiArtifact forClient(ClientFamily client) {
        return client == family ? this : new DdiArtifact(baseName, client, size, sha256, sha1, md5);
    }

    public String fileName() {
        return baseName + extension(family);
    }

    /** Whether it is this file, for whichever client. */
    public boolean isNamed(String file) {
        return EXTENSIONS.stream().anyMatch(extension -> file.equals(baseName + extension));
    }
}
