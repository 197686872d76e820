package org.maintenancemanager.core.update;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The epoch of this database. Another one tells nodes that the manager was restored from a backup. */
@Component
public class ServerEpoch {
    private final JdbcClient jdbc;
    private volatile @Nullable String epoch;

    ServerEpoch(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Read once: a restore goes with a restart. */
    public String current() {
        String known = epoch;
        if (known == null) {
            known = jdbc.sql("select epoch::text from server_epoch")
                    .query(String.class)
                    .single();
            epoch = known;
        }
        return known;
    }
}
