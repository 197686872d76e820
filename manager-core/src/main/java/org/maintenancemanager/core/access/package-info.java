/**
 * Who may call the admin API: API tokens. Does not know what a call does. May use tenant, query, audit, event.
 */
@NullMarked
package org.maintenancemanager.core.access;

import org.jspecify.annotations.NullMarked;
