package org.maintenancemanager.api.admin;

import java.time.Instant;

/**
 * One opening that went by for a node that was waiting.
 *
 * @param window its name; of a freeze, the freeze's
 */
public record MissedOpening(String window, Instant start, Instant end, MissReason reason, String sentence) {}
