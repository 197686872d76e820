@NullMarked
package org.maintenancemanager.core.forecast;

import org.jspecify.annotations.NullMarked;
