/**
 * The web console: its files, its pages' address space, and the stream of changes that keeps its pages up to date. What
 * the console does, it does by the public API. May use core's event and tenant.
 */
@NullMarked
package org.maintenancemanager.web.console;

import org.jspecify.annotations.NullMarked;
