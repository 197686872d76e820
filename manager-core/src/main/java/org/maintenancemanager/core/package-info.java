/** The domain of the Maintenance Manager, one package a capability; see docs/architecture.md for who may use whom. */
@NullMarked
package org.maintenancemanager.core;

import org.jspecify.annotations.NullMarked;
