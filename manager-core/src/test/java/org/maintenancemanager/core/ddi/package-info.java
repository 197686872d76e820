@NullMarked
package org.maintenancemanager.core.ddi;

import org.jspecify.annotations.NullMarked;
