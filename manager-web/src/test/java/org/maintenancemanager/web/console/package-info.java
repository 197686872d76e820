/** The console from outside: its files, its stream of changes, and people who use it in a browser. */
@NullMarked
package org.maintenancemanager.web.console;

import org.jspecify.annotations.NullMarked;
