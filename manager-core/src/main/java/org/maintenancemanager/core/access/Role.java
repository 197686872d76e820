package org.maintenancemanager.core.access;

import static org.maintenancemanager.core.access.Permission.API_TOKEN_MANAGE;
import static org.maintenancemanager.core.access.Permission.AUDIT_READ;
import static org.maintenancemanager.core.access.Permission.BUDGET_MANAGE;
import static org.maintenancemanager.core.access.Permission.CAMPAIGN_APPROVE;
import static org.maintenancemanager.core.access.Permission.CAMPAIGN_MANAGE;
import static org.maintenancemanager.core.access.Permission.CAMPAIGN_PAUSE;
import static org.maintenancemanager.core.access.Permission.CAMPAIGN_RUN;
import static org.maintenancemanager.core.access.Permission.CREDENTIAL_MANAGE;
import static org.maintenancemanager.core.access.Permission.FLEET_READ;
import static org.maintenancemanager.core.access.Permission.IMAGE_MANAGE;
import static org.maintenancemanager.core.access.Permission.METRICS_READ;
import static org.maintenancemanager.core.access.Permission.NODE_MANAGE;
import static org.maintenancemanager.core.access.Permission.NODE_OPERATE;
import static org.maintenancemanager.core.access.Permission.PERSON_MANAGE;
import static org.maintenancemanager.core.access.Permission.PERSON_READ;
import static org.maintenancemanager.core.access.Permission.SITE_MANAGE;
import static org.maintenancemanager.core.access.Permission.TENANT_ADMINISTER;
import static org.maintenancemanager.core.access.Permission.TENANT_MANAGE;
import static org.maintenancemanager.core.access.Permission.WINDOW_MANAGE;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The built-in bundles of permissions. Whoever may make people may start nothing, and the other way round. */
public enum Role {
    VIEWER(FLEET_READ),
    /** Looks after the nodes of a place. */
    OPERATOR(FLEET_READ, NODE_OPERATE, CAMPAIGN_PAUSE),
    RELEASE_MANAGER(FLEET_READ, IMAGE_MANAGE, CAMPAIGN_MANAGE, CAMPAIGN_RUN, CAMPAIGN_PAUSE, CAMPAIGN_APPROVE),
    /** All about the fleet. */
    FLEET_ADMIN(
            FLEET_READ,
            NODE_OPERATE,
            NODE_MANAGE,
            CREDENTIAL_MANAGE,
            SITE_MANAGE,
            WINDOW_MANAGE,
            BUDGET_MANAGE,
            IMAGE_MANAGE,
            CAMPAIGN_MANAGE,
            CAMPAIGN_RUN,
            CAMPAIGN_PAUSE,
            CAMPAIGN_APPROVE,
            TENANT_MANAGE,
            METRICS_READ),
    /** Who gets in: people, tokens, credentials, tenants. */
    SECURITY_ADMIN(
            FLEET_READ, CREDENTIAL_MANAGE, TENANT_ADMINISTER, AUDIT_READ, PERSON_READ, PERSON_MANAGE, API_TOKEN_MANAGE),
    AUDITOR(FLEET_READ, AUDIT_READ, PERSON_READ, METRICS_READ);

    private final Set<Permission> permissions;

    Role(Permission... permissions) {
        this.permissions = Collections.unmodifiableSet(EnumSet.copyOf(List.of(permissions)));
    }

    public Set<Permission> permissions() {
        return permissions;
    }

    /** {@code release-manager}, as it is stored and shown. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<Role> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }

    /** All of them by comma, for messages. */
    static String words() {
        return String.join(", ", Arrays.stream(values()).map(Role::word).toList());
    }
}
