/**
 * The hawkBit device API by HTTP: reads and checks requests, knows the client by its token, writes answers. The rules are
 * core's ddi. May use web's agent for artifacts and refusals.
 */
@NullMarked
package org.maintenancemanager.web.ddi;

import org.jspecify.annotations.NullMarked;
