package org.maintenancemanager.core.image;

import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.repository.Repository;

/** The images of the tenant of the call. */
interface ImageRows extends Repository<ImageRow, UUID> {
    /** Locked, since whoever loads one changes it: the second of two editors waits, and finds it changed. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    Optional<ImageRow> findById(UUID id);

    ImageRow save(ImageRow row);

    void delete(ImageRow row);

    void flush();
}
