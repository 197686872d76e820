package org.maintenancemanager.web.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.maintenancemanager.api.admin.NewPolicy;
import org.maintenancemanager.api.admin.Policy;
import org.maintenancemanager.core.campaign.Policies;
import org.maintenancemanager.core.campaign.PolicyDraft;
import org.maintenancemanager.core.campaign.PolicyId;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.query.Problems;
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

/** Policies: which nodes follow which channel. */
@RestController
@RequestMapping("/api/v1/policies")
class PolicyResource {
    private final Policies policies;

    PolicyResource(Policies policies) {
        this.policies = policies;
    }

    @GetMapping
    Page<Policy> list(ListRequest request) {
        return policies.list(request).map(PolicyJson::shown);
    }

    @GetMapping("/{id}")
    ResponseEntity<Policy> get(@PathVariable UUID id) {
        return answer(policies.load(new PolicyId(id)));
    }

    @PostMapping
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewPolicy.class, this::create, "/api/v1/policies", Policy::id);
    }

    private List<Policy> create(List<NewPolicy> wanted) {
        var problems = new Problems();
        List<PolicyDraft> drafts = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            drafts.add(PolicyJson.draft("/" + i, wanted.get(i), problems));
        }
        problems.throwIfAny();
        return policies.create(drafts).stream().map(PolicyJson::shown).toList();
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Policy> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        return answer(policies.change(new PolicyId(id), ifMatch.version(), now -> {
            var problems = new Problems();
            PolicyDraft draft = PolicyJson.draft("", body.mergedInto(PolicyJson.editable(now)), problems);
            problems.throwIfAny();
            return draft;
        }));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, IfMatch ifMatch) {
        policies.delete(new PolicyId(id), ifMatch.version());
    }

    private static ResponseEntity<Policy> answer(org.maintenancemanager.core.campaign.Policy policy) {
        return Answers.of(PolicyJson.shown(policy), policy.revision());
    }
}
