package org.maintenancemanager.web.admin;

import java.util.UUID;
import org.maintenancemanager.api.admin.NewSite;
import org.maintenancemanager.api.admin.Site;
import org.maintenancemanager.core.node.SiteId;
import org.maintenancemanager.core.node.Sites;
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

/** The tree of sites. */
@RestController
@RequestMapping("/api/v1/sites")
class SiteResource {
    private final Sites sites;

    SiteResource(Sites sites) {
        this.sites = sites;
    }

    @GetMapping
    Page<Site> list(ListRequest request) {
        return sites.list(request);
    }

    @GetMapping("/{id}")
    ResponseEntity<Site> get(@PathVariable UUID id) {
        Site site = sites.load(new SiteId(id));
        return Answers.of(site, site.revision());
    }

    @PostMapping
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewSite.class, sites::create, "/api/v1/sites", Site::id);
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Site> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        Site site = sites.change(new SiteId(id), ifMatch.version(), body::mergedInto);
        return Answers.of(site, site.revision());
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, IfMatch ifMatch) {
        sites.delete(new SiteId(id), ifMatch.version());
    }
}
