/** The server: what listens on the network. It translates and checks; decisions are the core's. */
@NullMarked
package org.maintenancemanager.web;

import org.jspecify.annotations.NullMarked;
