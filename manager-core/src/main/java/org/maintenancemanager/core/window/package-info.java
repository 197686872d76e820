/**
 * When nodes may be disturbed: recurrences, freezes, effective windows. Evaluated with java.time as pure
 * functions; knows neither campaigns nor permits. May use tenant, query, node, audit, event.
 */
@NullMarked
package org.maintenancemanager.core.window;

import org.jspecify.annotations.NullMarked;
