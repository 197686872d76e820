package org.maintenancemanager.web.admin;

import java.util.UUID;
import org.maintenancemanager.api.admin.Tenant;
import org.maintenancemanager.core.access.Tenants;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.web.rest.Answers;
import org.maintenancemanager.web.rest.IfMatch;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The caller's own tenant. */
@RestController
@RequestMapping("/api/v1/tenants")
class TenantResource {
    private final Tenants tenants;

    TenantResource(Tenants tenants) {
        this.tenants = tenants;
    }

    @GetMapping
    Page<Tenant> list(ListRequest request) {
        return tenants.list(request);
    }

    @GetMapping("/{id}")
    ResponseEntity<Tenant> get(@PathVariable UUID id) {
        Tenant tenant = tenants.load(new TenantId(id));
        return Answers.of(tenant, tenant.revision());
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Tenant> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        Tenant tenant = tenants.change(new TenantId(id), ifMatch.version(), body::mergedInto);
        return Answers.of(tenant, tenant.revision());
    }
}
