package org.maintenancemanager.web.admin;

import org.maintenancemanager.api.admin.EmfImport;
import org.maintenancemanager.api.admin.EmfImportReport;
import org.maintenancemanager.core.takeover.EmfTakeover;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Takes over what the old manager of Edge Microvisor Toolkit knew. */
@RestController
class EmfImportResource {
    private final EmfTakeover takeover;

    EmfImportResource(EmfTakeover takeover) {
        this.takeover = takeover;
    }

    @PostMapping("/api/v1/import/emf")
    EmfImportReport take(JsonBody body) {
        return takeover.take(body.as(EmfImport.class));
    }
}
