package org.maintenancemanager.core.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What somebody may do. The words, {@code node.operate}, are those of the API. */
public enum Permission {
    /** See nodes, sites, images, windows, campaigns, and what became of them. */
    FLEET_READ,
    /** Approve, quarantine, release nodes; clear their block lists. */
    NODE_OPERATE,
    /** Create, change, move, decommission nodes. */
    NODE_MANAGE,
    /** Let nodes in: enrollment tokens, credentials. */
    CREDENTIAL_MANAGE,
    SITE_MANAGE,
    /** Windows, freezes and the calendars that they come from. */
    WINDOW_MANAGE,
    BUDGET_MANAGE,
    /** Register, publish and withdraw images; channels. */
    IMAGE_MANAGE,
    /** Draft and change campaigns. */
    CAMPAIGN_MANAGE,
    /** Start, resume and abort campaigns, and open windows for them. */
    CAMPAIGN_RUN,
    /** Pause a campaign: whoever sees a fire may pull this. */
    CAMPAIGN_PAUSE,
    /** Approve what another person wants to start. */
    CAMPAIGN_APPROVE,
    /** Settings of the tenant. */
    TENANT_MANAGE,
    /** Create, suspend and delete tenants. */
    TENANT_ADMINISTER,
    AUDIT_READ,
    /** See people, their roles and sessions, and API tokens; no secret is ever seen. */
    PERSON_READ,
    /** People, their roles and sessions. */
    PERSON_MANAGE,
    API_TOKEN_MANAGE,
    /** The metrics of the whole manager; only in the default tenant. */
    METRICS_READ;

    /** {@code campaign.run} */
    public String word() {
        int last = name().lastIndexOf('_');
        return name().substring(0, last).replace('_', '-').toLowerCase(Locale.ROOT)
                + "."
                + name().substring(last + 1).toLowerCase(Locale.ROOT);
    }

    public static Optional<Permission> of(String word) {
        return Arrays.stream(values())
                .filter(permission -> permission.word().equals(word))
                .findFirst();
    }
}
