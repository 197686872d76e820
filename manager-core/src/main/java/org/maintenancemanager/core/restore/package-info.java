/**
 * What is done when the database is an older one than the nodes have spoken to: restored from a backup, or a standby that
 * missed the last transactions. May use access, update, campaign, audit, event, tenant.
 */
@NullMarked
package org.maintenancemanager.core.restore;

import org.jspecify.annotations.NullMarked;
