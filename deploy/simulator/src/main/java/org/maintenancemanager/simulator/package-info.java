/**
 * A fleet of real node clients in one process: each with its own credential, slots and kept state, over the manager's
 * own node API. Knows only what a node knows; asks manager-api for the client and the messages.
 */
@NullMarked
package org.maintenancemanager.simulator;

import org.jspecify.annotations.NullMarked;
