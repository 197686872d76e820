package org.maintenancemanager.core.campaign;

import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.repository.Repository;

/** The budgets of the tenant of the call. */
interface BudgetRows extends Repository<BudgetRow, UUID> {
    /** Locked, since whoever loads one changes it; grants wait for that moment. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    Optional<BudgetRow> findById(UUID id);

    BudgetRow save(BudgetRow row);

    void delete(BudgetRow row);

    void flush();
}
