package org.maintenancemanager.web.admin;

import org.maintenancemanager.api.admin.DdiGateway;
import org.maintenancemanager.api.admin.DdiGatewayChange;
import org.maintenancemanager.api.admin.IssuedClientToken;
import org.maintenancemanager.core.client.DdiGateways;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The token that all DDI clients of the tenant may share. */
@RestController
class DdiGatewayResource {
    private static final String PATH = "/api/v1/ddi-gateway";

    private final DdiGateways gateways;

    DdiGatewayResource(DdiGateways gateways) {
        this.gateways = gateways;
    }

    @GetMapping(PATH)
    DdiGateway load() {
        return gateways.load();
    }

    @PutMapping(PATH)
    DdiGateway put(JsonBody body) {
        return gateways.put(body.as(DdiGatewayChange.class));
    }

    @PostMapping(PATH + ":rotate")
    IssuedClientToken rotate() {
        return gateways.rotate();
    }

    @DeleteMapping(PATH)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete() {
        gateways.delete();
    }
}
