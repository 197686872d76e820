@NullMarked
package org.maintenancemanager.simulator.local;

import org.jspecify.annotations.NullMarked;
