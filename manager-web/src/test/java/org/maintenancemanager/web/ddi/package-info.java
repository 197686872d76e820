@NullMarked
package org.maintenancemanager.web.ddi;

import org.jspecify.annotations.NullMarked;
