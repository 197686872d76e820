/**
 * Releases of OS images, channels, and the store of their bytes. Does not know where an image runs. May use
 * tenant, query, audit, event, quota.
 */
@NullMarked
package org.maintenancemanager.core.image;

import org.jspecify.annotations.NullMarked;
