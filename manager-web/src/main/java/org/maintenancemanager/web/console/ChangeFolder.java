package org.maintenancemanager.web.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.maintenancemanager.api.admin.ChangeEvent;

/**
 * What has changed since one reader was told last, folded: however many changes come, it stays as large as its topics and
 * a hundred nodes. Used by the threads that tell of changes and the one that passes them on.
 */
final class ChangeFolder {
    static final String NODES = "nodes";
    /** A page shows no more than this; beyond, which nodes changed helps nobody. */
    static final int MOST_NODES = 100;

    private final Set<String> topics = new TreeSet<>();
    private final Set<UUID> nodes = new LinkedHashSet<>();
    private boolean manyNodes;
    private boolean closed;

    /** @param ids of nodes, for the topic of nodes; none means many */
    synchronized void add(String topic, Collection<UUID> ids) {
        topics.add(topic);
        if (topic.equals(NODES)) {
            manyNodes |= ids.isEmpty() || nodes.size() + ids.size() > MOST_NODES;
            if (manyNodes) {
                nodes.clear();
            } else {
                nodes.addAll(ids);
            }
        }
        notifyAll();
    }

    /** Wakes the reader for good. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /**
     * Waits for a change, and takes all there are.
     *
     * @return empty if none came in this time, or it was closed
     */
    synchronized Optional<ChangeEvent> take(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000L;
        while (topics.isEmpty() && !closed) {
            long left = (deadline - System.nanoTime()) / 1_000_000L;
            if (left <= 0) {
                return Optional.empty();
            }
            wait(left);
        }
        if (closed) {
            return Optional.empty();
        }
        boolean named = topics.contains(NODES) && !manyNodes;
        var change = new ChangeEvent(List.copyOf(topics), named ? new ArrayList<>(nodes) : null);
        topics.clear();
        nodes.clear();
        manyNodes = false;
        return Optional.of(change);
    }

    /** Lets changes gather for a while, or until it is closed. */
    synchronized void rest(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000L;
        for (long left = millis; left > 0 && !closed; left = (deadline - System.nanoTime()) / 1_000_000L) {
            wait(left);
        }
    }
}
