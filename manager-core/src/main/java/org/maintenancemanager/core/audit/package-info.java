/**
 * Who changed what: insert-only, in the transaction of the change; chained by hashes afterwards, with signed checkpoints
 * that leave the database. Knows the bytes that are hashed, not what the events are about. May use tenant, query.
 */
@NullMarked
package org.maintenancemanager.core.audit;

import org.jspecify.annotations.NullMarked;
