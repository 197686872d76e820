/** The contracts of the Maintenance Manager: what goes over the wire, and the words that both sides share. */
@NullMarked
package org.maintenancemanager.api;

import org.jspecify.annotations.NullMarked;
