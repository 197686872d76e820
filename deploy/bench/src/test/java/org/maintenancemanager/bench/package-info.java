@NullMarked
package org.maintenancemanager.bench;

import org.jspecify.annotations.NullMarked;
