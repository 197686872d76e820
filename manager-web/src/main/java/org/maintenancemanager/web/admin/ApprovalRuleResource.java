package org.maintenancemanager.web.admin;

import org.maintenancemanager.api.admin.ApprovalRule;
import org.maintenancemanager.api.admin.ApprovalRuleChange;
import org.maintenancemanager.core.campaign.ApprovalRules;
import org.maintenancemanager.web.rest.Answers;
import org.maintenancemanager.web.rest.IfMatch;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The rule of the caller's tenant that says when a campaign needs a second person. */
@RestController
@RequestMapping("/api/v1/approval-rule")
class ApprovalRuleResource {
    private final ApprovalRules rules;

    ApprovalRuleResource(ApprovalRules rules) {
        this.rules = rules;
    }

    @GetMapping
    ResponseEntity<ApprovalRule> get() {
        return answer(rules.load());
    }

    @PatchMapping(consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<ApprovalRule> change(IfMatch ifMatch, JsonBody body) {
        var before = rules.load();
        ApprovalRuleChange wanted = body.mergedInto(
                new ApprovalRuleChange(before.maxNodes(), before.selector(), before.downgrade(), before.override()));
        return answer(rules.change(
                ifMatch.version(),
                new org.maintenancemanager.core.campaign.ApprovalRule(
                        wanted.maxNodes(),
                        wanted.selector(),
                        Boolean.TRUE.equals(wanted.downgrade()),
                        Boolean.TRUE.equals(wanted.override()),
                        ifMatch.version())));
    }

    private static ResponseEntity<ApprovalRule> answer(org.maintenancemanager.core.campaign.ApprovalRule rule) {
        return Answers.of(
                new ApprovalRule(rule.maxNodes(), rule.selector(), rule.downgrade(), rule.override(), rule.revision()),
                rule.revision());
    }
}
