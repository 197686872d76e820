@NullMarked
package org.maintenancemanager.core.node;

import org.jspecify.annotations.NullMarked;
