/**
 * The clockwork: small idempotent Quartz jobs. The one package that knows Quartz; it calls services of update,
 * campaign and audit, which hold the rules. May use access, update, campaign, forecast, calendar, audit, event, query.
 */
@NullMarked
package org.maintenancemanager.core.tick;

import org.jspecify.annotations.NullMarked;
