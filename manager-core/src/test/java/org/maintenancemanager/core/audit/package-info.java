/** Tests of the audit's chain. */
@NullMarked
package org.maintenancemanager.core.audit;

import org.jspecify.annotations.NullMarked;
