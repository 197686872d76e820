/**
 * Lists as the API offers them: RSQL filters, sorting, keyset cursors, turned into SQL over named columns.
 * Knows columns, not what they mean. Also the failures that every service may answer with. May use tenant.
 */
@NullMarked
package org.maintenancemanager.core.query;

import org.jspecify.annotations.NullMarked;
