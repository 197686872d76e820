package org.maintenancemanager.web.admin;

import java.util.Optional;
import java.util.UUID;
import org.maintenancemanager.api.admin.CreatedNode;
import org.maintenancemanager.api.admin.NewNode;
import org.maintenancemanager.api.admin.Node;
import org.maintenancemanager.api.admin.NodeAction;
import org.maintenancemanager.api.admin.NodeBlock;
import org.maintenancemanager.core.node.NodeCreation;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.Nodes;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.web.rest.Answers;
import org.maintenancemanager.web.rest.IfMatch;
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

/** The nodes, and what operators decide about them. */
@RestController
@RequestMapping("/api/v1/nodes")
class NodeResource {
    private final Nodes nodes;
    private final NodeCreation creation;

    NodeResource(Nodes nodes, NodeCreation creation) {
        this.nodes = nodes;
        this.creation = creation;
    }

    @GetMapping
    Page<Node> list(ListRequest request) {
        return nodes.list(request);
    }

    @GetMapping("/{id}")
    ResponseEntity<Node> get(@PathVariable UUID id) {
        return answer(nodes.load(new NodeId(id)));
    }

    @PostMapping
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewNode.class, creation::create, "/api/v1/nodes", CreatedNode::id);
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Node> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        return answer(nodes.change(new NodeId(id), ifMatch.version(), body::mergedInto));
    }

    /** Decommissions it: its history stays. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, IfMatch ifMatch) {
        nodes.delete(new NodeId(id), ifMatch.version());
    }

    @PostMapping("/{id}:approve")
    ResponseEntity<Node> approve(@PathVariable UUID id, Optional<JsonBody> body) {
        return decide(id, Nodes.Decision.APPROVE, body);
    }

    /** Refuses a node that waits for approval, and its key from now on. */
    @PostMapping("/{id}:deny")
    ResponseEntity<Node> deny(@PathVariable UUID id, Optional<JsonBody> body) {
        return decide(id, Nodes.Decision.DENY, body);
    }

    @PostMapping("/{id}:quarantine")
    ResponseEntity<Node> quarantine(@PathVariable UUID id, Optional<JsonBody> body) {
        return decide(id, Nodes.Decision.QUARANTINE, body);
    }

    @PostMapping("/{id}:release")
    ResponseEntity<Node> release(@PathVariable UUID id, Optional<JsonBody> body) {
        return decide(id, Nodes.Decision.RELEASE, body);
    }

    @PostMapping("/{id}:decommission")
    ResponseEntity<Node> decommission(@PathVariable UUID id, Optional<JsonBody> body) {
        return decide(id, Nodes.Decision.DECOMMISSION, body);
    }

    private ResponseEntity<Node> decide(UUID id, Nodes.Decision decision, Optional<JsonBody> body) {
        String reason = body.map(action -> action.as(NodeAction.class).reason()).orElse(null);
        return answer(nodes.decide(new NodeId(id), decision, reason));
    }

    /** All at once: a node has few. */
    @GetMapping("/{id}/blocks")
    Page<NodeBlock> blocks(@PathVariable UUID id) {
        return new Page<>(nodes.blocks(new NodeId(id)), null);
    }

    @DeleteMapping("/{id}/blocks")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void clearBlocks(@PathVariable UUID id) {
        nodes.clearBlocks(new NodeId(id));
    }

    private static ResponseEntity<Node> answer(Node node) {
        return Answers.of(node, node.revision());
    }
}
