package org.maintenancemanager.core.ddi;

/**
 * @param installed the action by which the client was updated last, if that is its latest; 0 if not
 * @param sleepSeconds when it shall ask again
 */
public record DdiPoll(DdiTask task, int installed, boolean wantsAttributes, int sleepSeconds) {}
