package org.maintenancemanager.api.node;

import java.nio.file.Path;

/**
 * What became of a download. After {@link Retry} the file keeps what came so far, and the next attempt goes on from there.
 */
public sealed interface DownloadResult permits DownloadResult.Complete, DownloadResult.Corrupt, Retry, Refused {
    /**
     * The file has the size and the digest that the manifest names. The signature is still to be checked. A power cut may
     * still take what the operating system did not write yet: call download again before the installation, which then only
     * reads and checks what is there.
     */
    record Complete(Path file) implements DownloadResult {}

    /** All bytes came, and they are not those of the manifest. The file was deleted. */
    record Corrupt(String why) implements DownloadResult {}
}
