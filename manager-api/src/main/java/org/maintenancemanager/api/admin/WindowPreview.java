package org.maintenancemanager.api.admin;

import java.util.List;

/**
 * The next occurrences of a window by itself: other windows and freezes are not looked at.
 *
 * @param text when it is open, as a person says it
 * @param zone that local times are in
 * @param occurrences at most ten, from now on
 */
public record WindowPreview(String text, String zone, List<WindowOccurrence> occurrences) {}
