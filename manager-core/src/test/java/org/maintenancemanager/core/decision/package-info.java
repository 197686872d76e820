@NullMarked
package org.maintenancemanager.core.decision;

import org.jspecify.annotations.NullMarked;
