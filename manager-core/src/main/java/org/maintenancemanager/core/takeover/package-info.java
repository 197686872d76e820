/**
 * Takes over what other managers knew about a fleet: reads their JSON leniently, makes sites, images, nodes and windows of
 * it, and says what it could not keep. Knows nothing of how their clients speak. May use client, image, window, node,
 * tenant, query.
 */
@NullMarked
package org.maintenancemanager.core.takeover;

import org.jspecify.annotations.NullMarked;
