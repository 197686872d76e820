package org.maintenancemanager.core.window;

import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.repository.Repository;

/** The windows of the tenant of the call. */
interface WindowRows extends Repository<WindowRow, UUID> {
    /** Locked, since whoever loads one changes it. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    Optional<WindowRow> findById(UUID id);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    List<WindowRow> findByCalendarId(UUID calendar);

    WindowRow save(WindowRow row);

    void delete(WindowRow row);

    void flush();
}
