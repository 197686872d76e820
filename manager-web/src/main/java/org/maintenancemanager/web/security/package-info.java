/**
 * Who may call what: the filter chains, the list of what each call needs, API tokens, the first secret. Decides nothing about
 * what a call does. May use core's access, quota and tenant.
 */
@NullMarked
package org.maintenancemanager.web.security;

import org.jspecify.annotations.NullMarked;
