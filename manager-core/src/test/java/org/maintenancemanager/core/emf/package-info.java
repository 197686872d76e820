@NullMarked
package org.maintenancemanager.core.emf;

import org.jspecify.annotations.NullMarked;
