/** What tests of several modules share: a real PostgreSQL. */
@NullMarked
package org.maintenancemanager.testing;

import org.jspecify.annotations.NullMarked;
