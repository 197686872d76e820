package org.maintenancemanager.web.admin;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The contract, as it is written. */
@RestController
class OpenApiResource {
    @GetMapping(path = "/api/openapi.yaml", produces = "application/yaml")
    Resource document() {
        return new ClassPathResource("openapi/openapi.yaml");
    }
}
