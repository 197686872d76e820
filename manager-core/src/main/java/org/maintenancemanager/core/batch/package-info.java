/** Turns many small calls into few large ones: what arrives within a few milliseconds is done in one transaction. Knows nothing of what is done. */
@NullMarked
package org.maintenancemanager.core.batch;

import org.jspecify.annotations.NullMarked;
