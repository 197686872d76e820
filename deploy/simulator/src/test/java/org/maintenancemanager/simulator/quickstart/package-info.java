@NullMarked
package org.maintenancemanager.simulator.quickstart;

import org.jspecify.annotations.NullMarked;
