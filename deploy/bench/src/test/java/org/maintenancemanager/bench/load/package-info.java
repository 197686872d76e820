@NullMarked
package org.maintenancemanager.bench.load;

import org.jspecify.annotations.NullMarked;
