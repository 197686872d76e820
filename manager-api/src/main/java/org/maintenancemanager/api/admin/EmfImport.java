package org.maintenancemanager.api.admin;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Edge Microvisor Toolkit's old manager knew: the items of its REST API's lists, as it answered them. Fields that are
 * not used are passed over, so nothing has to be taken out.
 *
 * @param dryRun true: nothing is kept, and the report says what would be
 * @param site path of the site below which its regions and sites are made
 * @param sites paths of ours for its sites and regions, by their {@code resourceId}; the others are named after theirs
 * @param releaseServer address that the agents put before an image's path
 * @param architecture of hosts and images of which it knows none; x86_64 if absent
 * @param hosts of {@code GET /compute/hosts}
 * @param operatingSystems of {@code GET /compute/os}
 * @param singleSchedules of {@code GET /schedules/single}
 * @param repeatedSchedules of {@code GET /schedules/repeated}
 */
public record EmfImport(
        @Nullable Boolean dryRun,
        @Nullable String site,
        @Nullable Map<String, String> sites,
        @Nullable String releaseServer,
        @Nullable String architecture,
        @Nullable List<Map<String, Object>> hosts,
        @Nullable List<Map<String, Object>> operatingSystems,
        @Nullable List<Map<String, Object>> singleSchedules,
        @Nullable List<Map<String, Object>> repeatedSchedules) {}
