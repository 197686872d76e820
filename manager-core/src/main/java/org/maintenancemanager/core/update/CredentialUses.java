package org.maintenancemanager.core.update;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.maintenancemanager.core.node.Credentials;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Gathers which renewed credentials were used for the first time, so that what they replace can end. Noted a moment after
 * the call, by which nothing is written; what is lost in a crash is noted with the next use.
 */
@Component
class CredentialUses {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialUses.class);
    private static final int BATCH = 500;

    private final Set<UUID> first = ConcurrentHashMap.newKeySet();
    private final Credentials credentials;

    CredentialUses(Credentials credentials) {
        this.credentials = credentials;
    }

    void first(UUID credential) {
        first.add(credential);
    }

    @Scheduled(fixedDelayString = "PT0.25S")
    void note() {
        List<UUID> used = first.stream().limit(BATCH).toList();
        if (used.isEmpty()) {
            return;
        }
        try {
            credentials.firstUsed(used);
            used.forEach(first::remove);
        } catch (DataAccessException | TransactionException e) {
            LOG.warn(
                    "the first use of {} credentials could not be noted, trying again: {}",
                    used.size(),
                    e.getMessage());
        }
    }
}
