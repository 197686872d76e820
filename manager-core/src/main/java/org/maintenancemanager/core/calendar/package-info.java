/**
 * Windows and freezes that come from iCalendar files, uploaded or fetched, and the calendars that go out to the staff of
 * sites. May use window, node, tenant, query, audit, event.
 */
@NullMarked
package org.maintenancemanager.core.calendar;

import org.jspecify.annotations.NullMarked;
