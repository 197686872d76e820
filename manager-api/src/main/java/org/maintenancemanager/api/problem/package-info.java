/** Every problem that a client can meet, with a stable code. */
@NullMarked
package org.maintenancemanager.api.problem;

import org.jspecify.annotations.NullMarked;
