/**
 * The admin API, {@code /api/v1}: one class a resource. Translates between HTTP and the capabilities of the core; decides
 * nothing.
 */
@NullMarked
package org.maintenancemanager.web.admin;

import org.jspecify.annotations.NullMarked;
