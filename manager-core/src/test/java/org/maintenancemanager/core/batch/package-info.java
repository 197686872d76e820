@NullMarked
package org.maintenancemanager.core.batch;

import org.jspecify.annotations.NullMarked;
