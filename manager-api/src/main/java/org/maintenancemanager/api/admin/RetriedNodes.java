package org.maintenancemanager.api.admin;

/**
 * How many failed updates get another attempt.
 *
 * @param retried those on which the image is blocked, or that another campaign has, are not among them
 */
public record RetriedNodes(int retried, Campaign campaign) {}
