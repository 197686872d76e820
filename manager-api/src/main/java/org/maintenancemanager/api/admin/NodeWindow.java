package org.maintenancemanager.api.admin;

import java.util.UUID;

/**
 * A window or freeze that applies to a node.
 *
 * @param text when it is open, as a person says it
 * @param zone in which its times are meant for this node
 */
public record NodeWindow(UUID id, String name, WindowKind kind, String text, String zone, WindowTarget target) {}
