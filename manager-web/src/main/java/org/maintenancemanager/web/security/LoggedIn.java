package org.maintenancemanager.web.security;

import jakarta.servlet.http.HttpServletRequest;
import org.maintenancemanager.core.access.SessionDirectory;

/** Whoever is logged in to the console and made a request. */
public final class LoggedIn {
    static final String WHO = LoggedIn.class.getName() + ".who";

    private LoggedIn() {}

    public static SessionDirectory.Who of(HttpServletRequest request) {
        if (request.getAttribute(WHO) instanceof SessionDirectory.Who who) {
            return who;
        }
        throw new IllegalStateException("expected somebody to be logged in behind the session filter");
    }
}
