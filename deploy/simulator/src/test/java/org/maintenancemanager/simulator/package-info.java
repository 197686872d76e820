@NullMarked
package org.maintenancemanager.simulator;

import org.jspecify.annotations.NullMarked;
