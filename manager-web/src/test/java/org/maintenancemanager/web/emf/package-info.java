@NullMarked
package org.maintenancemanager.web.emf;

import org.jspecify.annotations.NullMarked;
