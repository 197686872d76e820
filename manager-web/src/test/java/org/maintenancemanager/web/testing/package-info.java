/** What the tests of this module share: a whole running manager. */
@NullMarked
package org.maintenancemanager.web.testing;

import org.jspecify.annotations.NullMarked;
