package org.maintenancemanager.simulate;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.Directive;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Report;

/** What a simulated fleet and its operators ask of a manager: the model, or the services on PostgreSQL. */
interface Manager {
    /** From now on this is the time; it only grows. */
    void now(Instant now);

    /** @param directive null: nothing has changed */
    record Reply(
            @Nullable Directive directive,
            long version,
            @Nullable UUID update,
            int image,
            long permitSeconds,
            long acked,
            String epoch) {}

    /** @param unknownUpdate the reports name an update that is not this node's, and none was stored */
    record Receipt(long acked, String epoch, boolean unknownUpdate) {}

    Reply poll(int replica, int node, String boot, long lastSeq, long known);

    Receipt report(int replica, int node, List<Report> reports, @Nullable NodeFacts facts);

    /** The clockwork of a replica. */
    void tick(int replica);

    /** What an operator does; false where the manager refuses it. */
    boolean act(Script.Act act);

    /** Digest by image number. */
    String sha256(int image);

    /** What is to be the same for every manager that ran the same script, in words. */
    Map<String, String> picture();
}
