package org.maintenancemanager.core.update;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.event.ChangeListener;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The epoch of this database. Another one tells nodes that the manager was restored from a backup. */
@Component
public class ServerEpoch implements ChangeListener {
    private final JdbcClient jdbc;
    private volatile @Nullable String epoch;

    ServerEpoch(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** From memory: it changes when the manager stands still, or the connection to the database was lost in between. */
    public String current() {
        String known = epoch;
        if (known == null) {
            known = read();
            epoch = known;
        }
        return known;
    }

    /** As the database says. */
    public String read() {
        return jdbc.sql("select epoch::text from server_epoch")
                .query(String.class)
                .single();
    }

    /**
     * Begins a new one, unless somebody did so since.
     *
     * @param before what {@link #read()} said
     * @return the one that holds now
     */
    public String change(String before) {
        jdbc.sql("""
                        update server_epoch set epoch = gen_random_uuid(), changed_at = now()
                        where epoch = cast(:before as uuid)
                        """).param("before", before).update();
        epoch = null;
        return current();
    }

    @Override
    public void changed(ChangeNotes.Kind kind, TenantId tenant, List<UUID> ids) {
        // Of no tenant, and never with a note.
    }

    @Override
    public void forgetEverything() {
        epoch = null;
    }
}
