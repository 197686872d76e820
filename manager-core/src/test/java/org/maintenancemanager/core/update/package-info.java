@NullMarked
package org.maintenancemanager.core.update;

import org.jspecify.annotations.NullMarked;
