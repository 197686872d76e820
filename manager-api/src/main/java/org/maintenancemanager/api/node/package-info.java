/**
 * The messages of the node API as REST carries them, the words of the node update's state machine, and a small client
 * for those who write a node agent in Java. Knows nothing of the manager's inside.
 */
@NullMarked
package org.maintenancemanager.api.node;

import org.jspecify.annotations.NullMarked;
