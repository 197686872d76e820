package org.maintenancemanager.web.admin;

import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.maintenancemanager.api.admin.Credential;
import org.maintenancemanager.api.admin.IssuedToken;
import org.maintenancemanager.api.admin.NewCredential;
import org.maintenancemanager.core.node.Credentials;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The identities of a node. */
@RestController
@RequestMapping("/api/v1/nodes/{node}/credentials")
class CredentialResource {
    private final Credentials credentials;

    CredentialResource(Credentials credentials) {
        this.credentials = credentials;
    }

    /** All at once: a node has few. */
    @GetMapping
    Page<Credential> list(@PathVariable UUID node) {
        return new Page<>(credentials.of(new NodeId(node)), null);
    }

    @PostMapping
    ResponseEntity<IssuedToken> issue(@PathVariable UUID node, Optional<JsonBody> body) {
        NewCredential wanted = body.map(json -> json.as(NewCredential.class)).orElse(new NewCredential(null));
        IssuedToken issued = credentials.issue(new NodeId(node), wanted.expiresAt());
        return ResponseEntity.created(URI.create("/api/v1/nodes/" + node + "/credentials/" + issued.id()))
                .body(issued);
    }

    /** Revokes it. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable UUID node, @PathVariable UUID id) {
        credentials.revoke(new NodeId(node), id);
    }
}
