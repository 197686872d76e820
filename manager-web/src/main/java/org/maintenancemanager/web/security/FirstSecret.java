package org.maintenancemanager.web.security;

import org.maintenancemanager.core.access.FirstApiToken;
import org.maintenancemanager.core.tenant.Token;
import org.maintenancemanager.web.ManagerSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;

/** Lets the operator in: registers the token that was given at the start, or prints one, once. */
@Component
class FirstSecret implements InitializingBean {
    private static final Logger log = LoggerFactory.getLogger(FirstSecret.class);

    private final FirstApiToken firstToken;
    private final ManagerSettings settings;

    FirstSecret(FirstApiToken firstToken, ManagerSettings settings) {
        this.firstToken = firstToken;
        this.settings = settings;
    }

    /** Before the server listens, so that whoever sees it up can call it. */
    @Override
    public void afterPropertiesSet() {
        String given = settings.bootstrapToken();
        if (given == null || given.isEmpty()) {
            firstToken.makeIfNone().ifPresent(FirstSecret::print);
            return;
        }
        Token token = FirstApiToken.read(given)
                .orElseThrow(() -> new IllegalStateException("manager.bootstrap-token (MANAGER_BOOTSTRAP_TOKEN) must be"
                        + " mmat_<32 hex digits>.<43 base64url characters>, or 32 to 200 printable ASCII characters"
                        + " without a blank"));
        if (!firstToken.keep(token)) {
            log.warn("The bootstrap token {} was revoked; it stays so, and opens nothing", token.id());
        }
    }

    // To the console, not to the log: logs are kept and collected, a secret must not be.
    @SuppressWarnings("SystemOut")
    private static void print(Token token) {
        System.out.printf(
                "%n    The admin secret, shown this once. Log in with it at /console/, or use it as: Authorization: Bearer <secret>%n"
                        + "    %s%n%n",
                token.text());
    }
}
