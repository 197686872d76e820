/** What operators look at: the start line, metrics, logs, request ids. Decides nothing. */
@NullMarked
package org.maintenancemanager.web.ops;

import org.jspecify.annotations.NullMarked;
