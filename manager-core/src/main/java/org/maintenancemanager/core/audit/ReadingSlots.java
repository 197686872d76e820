package org.maintenancemanager.core.audit;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.stereotype.Component;

/** Bounds who reads whole chains at the same time, which takes minutes and a connection: one a tenant, two in all. */
@Component
class ReadingSlots {
    private final Set<TenantId> tenants = ConcurrentHashMap.newKeySet();
    private final Semaphore all = new Semaphore(2);

    /** A slot, to be closed; empty if there is none now. */
    Optional<Slot> take(TenantId tenant) {
        if (!tenants.add(tenant)) {
            return Optional.empty();
        }
        if (!all.tryAcquire()) {
            tenants.remove(tenant);
            return Optional.empty();
        }
        return Optional.of(() -> {
            all.release();
            tenants.remove(tenant);
        });
    }

    interface Slot extends AutoCloseable {
        @Override
        void close();
    }
}
