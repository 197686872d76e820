@NullMarked
package org.maintenancemanager.core.window;

import org.jspecify.annotations.NullMarked;
