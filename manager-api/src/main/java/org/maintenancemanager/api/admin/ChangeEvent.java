package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What has changed, to be asked for again by whoever shows it.
 *
 * @param topics {@code nodes} (with their updates), {@code campaigns} (with images and channels), {@code tenant} (sites,
 *     windows, budgets) ...
 * @param nodes with the topic {@code nodes}, which ones; absent if there are many
 */
public record ChangeEvent(List<String> topics, @Nullable List<UUID> nodes) {
    public ChangeEvent {
        topics = List.copyOf(topics);
        nodes = nodes == null ? null : List.copyOf(nodes);
    }
}
