package org.maintenancemanager.core.ddi;

import java.util.List;

/**
 * What became of an action so far, for clients that keep nothing themselves.
 *
 * @param status in hawkBit's words: RUNNING, FINISHED, ...
 * @param messages what the client itself said about it, line by line, the newest first
 */
public record DdiHistory(String status, List<String> messages) {
    public DdiHistory {
        messages = List.copyOf(messages);
    }
}
