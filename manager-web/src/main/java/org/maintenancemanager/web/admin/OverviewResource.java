package org.maintenancemanager.web.admin;

import java.util.Optional;
import org.maintenancemanager.api.admin.NodeCount;
import org.maintenancemanager.api.admin.Overview;
import org.maintenancemanager.core.node.Nodes;
import org.maintenancemanager.core.overview.Overviews;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The fleet in numbers. */
@RestController
@RequestMapping("/api/v1")
class OverviewResource {
    private final Overviews overviews;
    private final Nodes nodes;

    OverviewResource(Overviews overviews, Nodes nodes) {
        this.overviews = overviews;
        this.nodes = nodes;
    }

    @GetMapping("/overview")
    Overview overview() {
        return overviews.present();
    }

    @GetMapping("/nodes:count")
    NodeCount count(@RequestParam Optional<String> filter) {
        return nodes.count(filter.orElse(null));
    }
}
