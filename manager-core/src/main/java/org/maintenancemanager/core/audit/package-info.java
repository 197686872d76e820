/**
 * Who changed what: insert-only, in the transaction of the change. May use tenant.
 */
@NullMarked
package org.maintenancemanager.core.audit;

import org.jspecify.annotations.NullMarked;
