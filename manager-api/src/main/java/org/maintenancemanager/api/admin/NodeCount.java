package org.maintenancemanager.api.admin;

/**
 * How many nodes match a filter.
 *
 * @param count at most 10,000
 * @param capped whether counting stopped there, so that there may be more
 */
public record NodeCount(int count, boolean capped) {}
