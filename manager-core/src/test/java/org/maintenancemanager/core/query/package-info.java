@NullMarked
package org.maintenancemanager.core.query;

import org.jspecify.annotations.NullMarked;
