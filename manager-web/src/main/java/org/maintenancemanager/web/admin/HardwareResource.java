package org.maintenancemanager.web.admin;

import org.maintenancemanager.api.admin.HardwareTiming;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.update.HardwareTimings;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** How long updates take, by hardware. */
@RestController
@RequestMapping("/api/v1/hardware")
class HardwareResource {
    private final HardwareTimings timings;

    HardwareResource(HardwareTimings timings) {
        this.timings = timings;
    }

    /** All at once: a fleet has few kinds. */
    @GetMapping
    Page<HardwareTiming> list() {
        return new Page<>(
                timings.list().stream()
                        .map(timing -> new HardwareTiming(
                                timing.hardware(), timing.samples(), timing.p50(), timing.p95(), timing.refreshedAt()))
                        .toList(),
                null);
    }
}
