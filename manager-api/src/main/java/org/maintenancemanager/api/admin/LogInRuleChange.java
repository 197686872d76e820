package org.maintenancemanager.api.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be changed of the {@link LogInRule}.
 *
 * @param secondFactorRoles absent: none
 */
public record LogInRuleChange(@Nullable List<String> secondFactorRoles) {}
