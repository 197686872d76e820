package org.maintenancemanager.api.admin;

/**
 * An OpenID provider to log in with.
 *
 * @param title what to call it
 * @param url where to send the browser
 */
public record LoginProvider(String name, String title, String url) {}
