/**
 * What the admin API sends and takes, as records: one for each schema of the OpenAPI document, named alike. An absent field
 * is null. Knows nothing of the manager's inside.
 */
@NullMarked
package org.maintenancemanager.api.admin;

import org.jspecify.annotations.NullMarked;
