/**
 * A load generator for HTTP/1.1 that costs little processor time, since it shares the machine with what it measures. Knows
 * connections, bytes and latencies; knows nothing of the manager.
 */
@NullMarked
package org.maintenancemanager.bench.load;

import org.jspecify.annotations.NullMarked;
