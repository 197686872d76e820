package org.maintenancemanager.core.audit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.AuditCheckpoint;
import org.maintenancemanager.api.admin.AuditExportHeader;
import org.maintenancemanager.api.admin.AuditExportLine;
import org.maintenancemanager.api.admin.AuditExportTrailer;
import org.maintenancemanager.api.admin.AuditFlawKind;
import org.maintenancemanager.api.admin.AuditVerification;

/** Checks an exported file, line by line, and against a file of checkpoints that somebody kept. */
final class ExportedChain {
    private static final UUID UNKNOWN = new UUID(0, 0);

    private final TrustedKeys keys;

    ExportedChain(TrustedKeys keys) {
        this.keys = keys;
    }

    /** @param checkpoints null: only those in the export are checked */
    AuditVerification verify(Path export, @Nullable Path checkpoints) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(export);
                AuditDirectory.Checkpoints kept = checkpoints == null
                        ? AuditDirectory.read(export, 0)
                        : AuditDirectory.read(checkpoints, Files.size(checkpoints))) {
            return verify(lines, kept.iterator());
        }
    }

    private AuditVerification verify(BufferedReader lines, Iterator<AuditCheckpoint> kept) throws IOException {
        AuditExportLine first = read(lines);
        AuditExportHeader header = first == null ? null : first.header();
        if (header == null || !header.format().equals(AuditExportHeader.FORMAT)) {
            var nothing = new ChainWalk(UNKNOWN, keys, 0, ChainHash.ZERO);
            nothing.found(
                    AuditFlawKind.TRUNCATED,
                    0,
                    null,
                    "The first line is no header of the format '%s'.".formatted(AuditExportHeader.FORMAT));
            return outcome(UNKNOWN, 0, nothing);
        }
        var walk = new ChainWalk(header.tenantId(), keys, header.startSeq(), header.startHash());
        var outside = new KeptCheckpoints(kept, header.startSeq());
        AuditExportTrailer trailer = null;
        boolean goesOn = true;
        while (goesOn && trailer == null) {
            AuditExportLine line = read(lines);
            if (line == null) {
                goesOn = walk.found(
                        AuditFlawKind.TRUNCATED,
                        walk.seq() + 1,
                        null,
                        "The file ends, or cannot be read, behind the event at %d: its last line must be a trailer."
                                .formatted(walk.seq()));
            } else if (line.event() != null) {
                goesOn = walk.accept(ChainWalk.Link.of(line.event())) && (walk.suspects() || outside.give(walk));
            } else if (line.checkpoint() != null) {
                goesOn = walk.accept(line.checkpoint());
            } else {
                trailer = line.trailer();
                goesOn = trailer != null;
            }
        }
        walk.end();
        if (walk.flaw() == null && trailer != null) {
            compare(walk, trailer);
        }
        return outcome(header.tenantId(), header.startSeq(), walk);
    }

    private static void compare(ChainWalk walk, AuditExportTrailer trailer) {
        if (trailer.events() != walk.events()
                || trailer.lastSeq() != walk.seq()
                || !trailer.lastHash().equals(walk.hash())) {
            walk.found(
                    AuditFlawKind.MISSING,
                    walk.seq() + 1,
                    null,
                    "The trailer speaks of %d events up to %d; found %d up to %d."
                            .formatted(trailer.events(), trailer.lastSeq(), walk.events(), walk.seq()));
        }
    }

    /** Null at the end, and where there is no line of an export. */
    private static @Nullable AuditExportLine read(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        try {
            return line == null ? null : ExportFormat.readLine(line);
        } catch (IllegalArgumentException cutOff) {
            return null;
        }
    }

    private static AuditVerification outcome(UUID tenant, long startSeq, ChainWalk walk) {
        return new AuditVerification(
                tenant,
                walk.flaw() == null,
                walk.events(),
                startSeq,
                walk.seq(),
                walk.hash(),
                walk.checkpoints(),
                walk.signedThrough(),
                0,
                walk.flaw());
    }

    /** Those of the file that lie in the export; of numbers before it the export knows nothing. */
    private static final class KeptCheckpoints {
        private final Iterator<AuditCheckpoint> rest;
        private @Nullable AuditCheckpoint next;

        KeptCheckpoints(Iterator<AuditCheckpoint> rest, long startSeq) {
            this.rest = rest;
            do {
                next = rest.hasNext() ? rest.next() : null;
            } while (next != null && next.seq() < startSeq);
        }

        boolean give(ChainWalk walk) {
            while (next != null && next.seq() <= walk.seq()) {
                AuditCheckpoint checkpoint = next;
                next = rest.hasNext() ? rest.next() : null;
                if (!walk.accept(checkpoint)) {
                    return false;
                }
            }
            return true;
        }
    }
}
