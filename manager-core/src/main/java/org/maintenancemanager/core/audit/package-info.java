/**
 * Who changed what: insert-only, in the transaction of the change. May use tenant, query.
 */
@NullMarked
package org.maintenancemanager.core.audit;

import org.jspecify.annotations.NullMarked;
