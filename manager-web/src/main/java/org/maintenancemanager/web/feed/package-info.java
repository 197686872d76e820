/** Calendars for programs that cannot log in: the address is the key. */
@NullMarked
package org.maintenancemanager.web.feed;

import org.jspecify.annotations.NullMarked;
