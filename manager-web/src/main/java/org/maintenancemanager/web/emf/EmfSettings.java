package org.maintenancemanager.web.emf;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who signs the tokens of Edge Microvisor Toolkit's agents.
 *
 * @param issuer whose keys are found by OIDC discovery, as it stands in the tokens' {@code iss}; absent: such tokens are
 *     refused, and agents use node tokens of ours
 * @param projects which tenant, by its name, the agents of a project are of, by the project's UUID in small letters; a
 *     project that is not listed is the tenant with the same UUID
 */
@ConfigurationProperties("manager.emf")
record EmfSettings(@Nullable String issuer, @DefaultValue Map<String, String> projects) {
    EmfSettings {
        projects = Map.copyOf(projects);
    }
}
