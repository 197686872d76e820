/**
 * How every failure becomes an answer: exceptions to RFC 9457 problems, for each REST API of the manager. Knows the
 * catalogue of problem types, not what the calls do.
 */
@NullMarked
package org.maintenancemanager.web.problem;

import org.jspecify.annotations.NullMarked;
