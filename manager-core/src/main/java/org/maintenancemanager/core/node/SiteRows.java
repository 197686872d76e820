package org.maintenancemanager.core.node;

import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.repository.Repository;

/** The sites of the tenant of the call. */
interface SiteRows extends Repository<SiteRow, UUID> {
    /** Locked, since whoever loads one changes it. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    Optional<SiteRow> findById(UUID id);

    SiteRow save(SiteRow row);

    void delete(SiteRow row);

    void flush();
}
