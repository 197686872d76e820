package org.maintenancemanager.web.admin;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.CampaignRules;
import org.maintenancemanager.api.admin.GuardRules;
import org.maintenancemanager.api.admin.PhaseLimits;
import org.maintenancemanager.api.admin.RetryRule;
import org.maintenancemanager.api.admin.RetryRules;
import org.maintenancemanager.core.campaign.CampaignRules.Guarding;
import org.maintenancemanager.core.campaign.CampaignRules.Phase;
import org.maintenancemanager.core.campaign.CampaignRules.Retry;

/** A campaign's rules between JSON, where all may be absent, and the core. */
final class CampaignRulesJson {
    private static final org.maintenancemanager.core.campaign.CampaignRules USUAL =
            org.maintenancemanager.core.campaign.CampaignRules.DEFAULT;
    private static final Duration BACKOFF = Duration.ofMinutes(15);

    private CampaignRulesJson() {}

    static org.maintenancemanager.core.campaign.CampaignRules complete(@Nullable CampaignRules said) {
        if (said == null) {
            return USUAL;
        }
        return new org.maintenancemanager.core.campaign.CampaignRules(
                said.priority() == null ? 0 : said.priority(),
                guard(said.guard()),
                retries(said.retries()),
                limits(said.phaseLimits()));
    }

    private static Guarding guard(@Nullable GuardRules said) {
        Guarding usual = USUAL.guard();
        return said == null
                ? usual
                : new Guarding(
                        said.enabled() == null ? usual.enabled() : said.enabled(),
                        said.baseline(),
                        said.alpha() == null ? usual.alpha() : said.alpha(),
                        said.cohorts() == null ? usual.cohorts() : said.cohorts(),
                        said.maxFailurePercent(),
                        said.percentFrom() == null ? usual.percentFrom() : said.percentFrom());
    }

    private static Map<Phase, Retry> retries(@Nullable RetryRules said) {
        Map<Phase, Retry> retries = new EnumMap<>(Phase.class);
        retries.putAll(USUAL.retries());
        if (said != null) {
            put(retries, Phase.DOWNLOAD, said.download());
            put(retries, Phase.VERIFY, said.verify());
            put(retries, Phase.INSTALL, said.install());
            put(retries, Phase.REBOOT, said.reboot());
            put(retries, Phase.TRIAL, said.trial());
            put(retries, Phase.LOST, said.lost());
        }
        return retries;
    }

    private static void put(Map<Phase, Retry> retries, Phase phase, @Nullable RetryRule said) {
        if (said != null) {
            retries.put(
                    phase,
                    new Retry(
                            said.limit() == null ? 0 : said.limit(),
                            said.backoff() == null ? BACKOFF : said.backoff()));
        }
    }

    private static Map<Phase, Duration> limits(@Nullable PhaseLimits said) {
        Map<Phase, Duration> limits = new EnumMap<>(Phase.class);
        limits.putAll(USUAL.phaseLimits());
        if (said != null) {
            put(limits, Phase.DOWNLOAD, said.download());
            put(limits, Phase.INSTALL, said.install());
            put(limits, Phase.REBOOT, said.reboot());
            put(limits, Phase.TRIAL, said.trial());
        }
        return limits;
    }

    private static void put(Map<Phase, Duration> limits, Phase phase, @Nullable Duration said) {
        if (said != null) {
            limits.put(phase, said);
        }
    }

    static CampaignRules shown(org.maintenancemanager.core.campaign.CampaignRules rules) {
        Guarding guard = rules.guard();
        return new CampaignRules(
                rules.priority(),
                new GuardRules(
                        guard.enabled(),
                        guard.baseline(),
                        guard.alpha(),
                        guard.cohorts(),
                        guard.maxFailurePercent(),
                        guard.percentFrom()),
                new RetryRules(
                        retry(rules, Phase.DOWNLOAD),
                        retry(rules, Phase.VERIFY),
                        retry(rules, Phase.INSTALL),
                        retry(rules, Phase.REBOOT),
                        retry(rules, Phase.TRIAL),
                        retry(rules, Phase.LOST)),
                new PhaseLimits(
                        rules.phaseLimits().get(Phase.DOWNLOAD),
                        rules.phaseLimits().get(Phase.INSTALL),
                        rules.phaseLimits().get(Phase.REBOOT),
                        rules.phaseLimits().get(Phase.TRIAL)));
    }

    private static @Nullable RetryRule retry(org.maintenancemanager.core.campaign.CampaignRules rules, Phase phase) {
        Retry retry = rules.retries().get(phase);
        return retry == null ? null : new RetryRule(retry.limit(), retry.backoff());
    }
}
