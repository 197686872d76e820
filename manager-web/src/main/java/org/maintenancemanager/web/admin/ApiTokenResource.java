package org.maintenancemanager.web.admin;

import java.util.UUID;
import org.maintenancemanager.api.admin.ApiToken;
import org.maintenancemanager.api.admin.IssuedToken;
import org.maintenancemanager.api.admin.NewApiToken;
import org.maintenancemanager.core.access.ApiTokens;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.web.rest.Answers;
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

/** What automation calls this API with. */
@RestController
@RequestMapping("/api/v1/api-tokens")
class ApiTokenResource {
    private final ApiTokens tokens;

    ApiTokenResource(ApiTokens tokens) {
        this.tokens = tokens;
    }

    @GetMapping
    Page<ApiToken> list(ListRequest request) {
        return tokens.list(request);
    }

    @GetMapping("/{id}")
    ApiToken get(@PathVariable UUID id) {
        return tokens.load(id);
    }

    @PostMapping
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewApiToken.class, tokens::create, "/api/v1/api-tokens", IssuedToken::id);
    }

    /** Revokes it. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable UUID id) {
        tokens.revoke(id);
    }
}
