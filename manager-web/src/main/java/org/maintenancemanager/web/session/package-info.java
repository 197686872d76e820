/**
 * Logging in to the console and out of it, and what people do about themselves: password, code generator, sessions. Decides
 * nothing; whom a session lets do what is the affair of the filter chains. May use core's access.
 */
@NullMarked
package org.maintenancemanager.web.session;

import org.jspecify.annotations.NullMarked;
