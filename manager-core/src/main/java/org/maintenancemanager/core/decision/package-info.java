/**
 * The one pure function that decides what a node may do now, and says why. No database, no clock, no
 * randomness. May use the records of campaign, guard, window, image, node.
 */
@NullMarked
package org.maintenancemanager.core.decision;

import org.jspecify.annotations.NullMarked;
