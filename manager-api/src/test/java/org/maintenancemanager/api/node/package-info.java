@NullMarked
package org.maintenancemanager.api.node;

import org.jspecify.annotations.NullMarked;
