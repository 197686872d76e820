package org.maintenancemanager.api.admin;

/** Something that the program on a node cannot do, and what the manager does about it. */
public record ClientLimit(String code, String sentence) {}
