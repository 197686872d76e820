package org.maintenancemanager.core.ddi;

/** @param sleepSeconds when it shall ask again */
public record DdiPoll(DdiTask task, boolean wantsAttributes, int sleepSeconds) {}
