/**
 * What the resources of the admin API have in common: strict JSON bodies, merge patches, entity tags, lists, bulk creation,
 * Idempotency-Key. Knows no resource.
 */
@NullMarked
package org.maintenancemanager.web.rest;

import org.jspecify.annotations.NullMarked;
