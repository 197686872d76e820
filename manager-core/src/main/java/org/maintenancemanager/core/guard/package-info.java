/**
 * The statistical test that stops a campaign whose image fails too often. Pure numbers; knows neither campaigns nor nodes,
 * and asks nobody.
 */
@NullMarked
package org.maintenancemanager.core.guard;

import org.jspecify.annotations.NullMarked;
