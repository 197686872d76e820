@NullMarked
package org.maintenancemanager.core.tick;

import org.jspecify.annotations.NullMarked;
