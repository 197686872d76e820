package org.maintenancemanager.core.tenant;

import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Several calls of the core in one transaction, for an edge that stands for all of them. */
@Component
public class AllOrNothing {
    private final TransactionTemplate transactions;

    AllOrNothing(TransactionTemplate transactions) {
        this.transactions = transactions;
    }

    /** @param takenBack whether nothing of it shall stay: what comes back tells what would have been */
    public <T> T run(boolean takenBack, Supplier<T> work) {
        T result = transactions.execute(status -> {
            if (takenBack) {
                status.setRollbackOnly();
            }
            return work.get();
        });
        return Objects.requireNonNull(result);
    }
}
