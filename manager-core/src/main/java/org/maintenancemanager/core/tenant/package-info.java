/**
 * Who everything belongs to: tenants, the tenant of the present call, ids. Knows no other capability; every one
 * may use it.
 */
@NullMarked
package org.maintenancemanager.core.tenant;

import org.jspecify.annotations.NullMarked;
