package org.maintenancemanager.web.security;

import java.util.List;
import org.maintenancemanager.api.admin.LoginProvider;
import org.maintenancemanager.core.query.Page;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the log-in page offers besides name and password. */
@RestController
class LoginProviderResource {
    private final OidcProviders providers;

    LoginProviderResource(OidcProviders providers) {
        this.providers = providers;
    }

    @GetMapping("/console/login-providers")
    Page<LoginProvider> list() {
        List<LoginProvider> all = providers.forPeople().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .map(entry -> new LoginProvider(
                        entry.getKey(),
                        entry.getValue().title() == null
                                ? entry.getKey()
                                : entry.getValue().title(),
                        OidcLogIn.START + "/" + entry.getKey()))
                .toList();
        return new Page<>(all, null);
    }
}
