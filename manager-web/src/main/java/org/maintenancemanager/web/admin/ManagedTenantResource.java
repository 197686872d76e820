package org.maintenancemanager.web.admin;

import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.maintenancemanager.api.admin.CreatedTenant;
import org.maintenancemanager.api.admin.ManagedTenant;
import org.maintenancemanager.api.admin.NewTenant;
import org.maintenancemanager.api.admin.TenantAction;
import org.maintenancemanager.api.admin.TenantQuotas;
import org.maintenancemanager.core.access.ManagedTenants;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.web.rest.Answers;
import org.maintenancemanager.web.rest.IfMatch;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** All tenants, for those who run the manager. */
@RestController
@RequestMapping("/api/v1/managed-tenants")
class ManagedTenantResource {
    private final ManagedTenants tenants;

    ManagedTenantResource(ManagedTenants tenants) {
        this.tenants = tenants;
    }

    @GetMapping
    Page<ManagedTenant> list(ListRequest request) {
        return tenants.list(request);
    }

    @GetMapping("/{id}")
    ResponseEntity<ManagedTenant> get(@PathVariable UUID id) {
        return answer(tenants.load(new TenantId(id)));
    }

    @PostMapping
    ResponseEntity<CreatedTenant> create(JsonBody body) {
        CreatedTenant created = tenants.create(body.as(NewTenant.class));
        return ResponseEntity.created(
                        URI.create("/api/v1/managed-tenants/" + created.tenant().id()))
                .body(created);
    }

    @PutMapping("/{id}/quotas")
    ResponseEntity<ManagedTenant> setQuotas(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        return answer(tenants.setQuotas(new TenantId(id), ifMatch.version(), body.as(TenantQuotas.class)));
    }

    @PostMapping("/{id}:suspend")
    ResponseEntity<ManagedTenant> suspend(@PathVariable UUID id, Optional<JsonBody> body) {
        return answer(tenants.suspend(
                new TenantId(id),
                body.map(action -> action.as(TenantAction.class).reason()).orElse(null)));
    }

    @PostMapping("/{id}:resume")
    ResponseEntity<ManagedTenant> resume(@PathVariable UUID id, Optional<JsonBody> body) {
        return answer(tenants.resume(
                new TenantId(id),
                body.map(action -> action.as(TenantAction.class).reason()).orElse(null)));
    }

    /** Plans its deletion. */
    @DeleteMapping("/{id}")
    ResponseEntity<ManagedTenant> delete(@PathVariable UUID id, IfMatch ifMatch) {
        return answer(tenants.delete(new TenantId(id), ifMatch.version()));
    }

    @PostMapping("/{id}:restore")
    ResponseEntity<ManagedTenant> restore(@PathVariable UUID id) {
        return answer(tenants.restore(new TenantId(id)));
    }

    private static ResponseEntity<ManagedTenant> answer(ManagedTenant tenant) {
        return Answers.of(tenant, tenant.revision());
    }
}
