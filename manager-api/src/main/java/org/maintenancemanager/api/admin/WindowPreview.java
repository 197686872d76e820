package org.maintenancemanager.api.admin;

import java.util.List;

/**
 * The next occurrences of a window by itself: other windows and freezes are not looked at.
 *
 * @param text when it is open, as a person says it
 * @param zone that local times are in
 * @param openHoursAYear of the 365 days from then, freezes not looked at
 * @param occurrences at most ten
 * @param findings what is probably not meant
 */
public record WindowPreview(
        String text,
        String zone,
        double openHoursAYear,
        List<WindowOccurrence> occurrences,
        List<WindowFinding> findings) {}
