/** The admin API over real HTTP, on a real PostgreSQL. */
@NullMarked
package org.maintenancemanager.web.admin;

import org.jspecify.annotations.NullMarked;
