@NullMarked
package org.maintenancemanager.simulator.vector;

import org.jspecify.annotations.NullMarked;
