package org.maintenancemanager.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A calendar whose events are windows or freezes.
 *
 * @param name 1 to 100 characters, the first part of its windows' names
 * @param kind of all its windows; FREEZE if absent
 * @param zone for whole days and for times without a zone: an IANA name, or NODE_LOCAL
 * @param target of all its windows
 * @param enabled true if absent
 * @param url where it is fetched from; absent: it is uploaded
 * @param refreshMinutes between two fetches, 15 to 10080; 360 if absent
 */
public record NewCalendar(
        @Nullable String name,
        @Nullable WindowKind kind,
        @Nullable String zone,
        @Nullable WindowTarget target,
        @Nullable Boolean enabled,
        @Nullable String url,
        @Nullable Integer refreshMinutes) {}
