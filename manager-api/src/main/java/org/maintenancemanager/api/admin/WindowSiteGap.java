package org.maintenancemanager.api.admin;

/** Nodes of one site, without those of the sites below. */
public record WindowSiteGap(String sitePath, long nodes, long withoutWindow, long neverOpen) {}
