/**
 * Lists as the API offers them: RSQL filters, sorting, keyset cursors, turned into SQL over named columns.
 * Knows columns, not what they mean.
 */
@NullMarked
package org.maintenancemanager.core.query;

import org.jspecify.annotations.NullMarked;
