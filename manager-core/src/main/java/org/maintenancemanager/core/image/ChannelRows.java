package org.maintenancemanager.core.image;

import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.repository.Repository;

/** The channels of the tenant of the call. */
interface ChannelRows extends Repository<ChannelRow, UUID> {
    /** Locked, since whoever loads one changes it. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    Optional<ChannelRow> findById(UUID id);

    ChannelRow save(ChannelRow row);

    void delete(ChannelRow row);

    void flush();
}
