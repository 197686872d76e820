@NullMarked
package org.maintenancemanager.core.calendar;

import org.jspecify.annotations.NullMarked;
