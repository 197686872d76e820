/**
 * Who may call, and what they may do where: API tokens, people, sessions, roles. Does not know what a call does. May use
 * tenant, query, audit, event.
 */
@NullMarked
package org.maintenancemanager.core.access;

import org.jspecify.annotations.NullMarked;
