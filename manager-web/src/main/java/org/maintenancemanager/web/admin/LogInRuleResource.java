package org.maintenancemanager.web.admin;

import org.maintenancemanager.api.admin.LogInRule;
import org.maintenancemanager.core.access.LogInRules;
import org.maintenancemanager.web.rest.Answers;
import org.maintenancemanager.web.rest.IfMatch;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** How people log in to the caller's tenant. */
@RestController
@RequestMapping("/api/v1/log-in-rule")
class LogInRuleResource {
    private final LogInRules rules;

    LogInRuleResource(LogInRules rules) {
        this.rules = rules;
    }

    @GetMapping
    ResponseEntity<LogInRule> get() {
        return answer(rules.load());
    }

    @PatchMapping(consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<LogInRule> change(IfMatch ifMatch, JsonBody body) {
        return answer(rules.change(ifMatch.version(), body::mergedInto));
    }

    private static ResponseEntity<LogInRule> answer(LogInRule rule) {
        return Answers.of(rule, rule.revision());
    }
}
