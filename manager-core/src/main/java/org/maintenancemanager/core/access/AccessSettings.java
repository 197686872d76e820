package org.maintenancemanager.core.access;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings under {@code manager.access}.
 *
 * @param keyFile the key that seals what the database holds of secrets which must be read again; made when it is missing.
 *     All replicas need the same one, and whoever administers the database better not see it
 * @param sessionIdle a session ends when nothing was heard of it for so long
 * @param sessionLength a session ends after so long, whatever happens
 * @param freshFor for so long after a log-in, dangerous acts need no new proof of who it is
 */
@ConfigurationProperties("manager.access")
record AccessSettings(
        @DefaultValue("${user.home}/.local/share/maintenance-manager/access.key")
        Path keyFile,

        @DefaultValue("PT30M") Duration sessionIdle,
        @DefaultValue("PT12H") Duration sessionLength,
        @DefaultValue("PT15M") Duration freshFor) {
    AccessSettings {
        check("session-idle", sessionIdle, Duration.ofHours(12));
        check("session-length", sessionLength, Duration.ofDays(7));
        check("fresh-for", freshFor, Duration.ofHours(12));
    }

    private static void check(String name, Duration value, Duration longest) {
        if (value.compareTo(Duration.ofMinutes(1)) < 0 || value.compareTo(longest) > 0) {
            throw new IllegalArgumentException(
                    "manager.access.%s is %s; allowed are PT1M to %s".formatted(name, value, longest));
        }
    }
}
