package org.maintenancemanager.web.admin;

import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.maintenancemanager.api.admin.ClientToken;
import org.maintenancemanager.api.admin.IssuedClientToken;
import org.maintenancemanager.api.admin.NewClientToken;
import org.maintenancemanager.api.admin.NodeProgram;
import org.maintenancemanager.core.client.NodeClients;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The program on a node: what it is, what it cannot do, under which names and with which tokens it comes. */
@RestController
@RequestMapping("/api/v1/nodes/{node}/client")
class NodeProgramResource {
    private final NodeClients clients;

    NodeProgramResource(NodeClients clients) {
        this.clients = clients;
    }

    @GetMapping
    NodeProgram load(@PathVariable UUID node) {
        return clients.load(new NodeId(node));
    }

    @PatchMapping(consumes = {"application/merge-patch+json", "application/json"})
    NodeProgram change(@PathVariable UUID node, JsonBody body) {
        return clients.change(new NodeId(node), body::mergedInto);
    }

    /** All at once: there are two at most. */
    @GetMapping("/tokens")
    Page<ClientToken> tokens(@PathVariable UUID node) {
        return new Page<>(clients.tokens(new NodeId(node)), null);
    }

    @PostMapping("/tokens")
    ResponseEntity<IssuedClientToken> issue(@PathVariable UUID node, Optional<JsonBody> body) {
        NewClientToken wanted = body.map(json -> json.as(NewClientToken.class)).orElse(new NewClientToken(null));
        IssuedClientToken issued = clients.issue(new NodeId(node), wanted.token());
        return ResponseEntity.created(URI.create("/api/v1/nodes/" + node + "/client/tokens/" + issued.id()))
                .body(issued);
    }

    @DeleteMapping("/tokens/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable UUID node, @PathVariable UUID id) {
        clients.revoke(new NodeId(node), id);
    }
}
