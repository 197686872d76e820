package org.maintenancemanager.core.campaign;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignRules.Guarding;
import org.maintenancemanager.core.campaign.CampaignRules.Phase;
import org.maintenancemanager.core.campaign.CampaignRules.Retry;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.tenant.TenantId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** How a campaign's rules are kept in columns of {@code campaign}, apart from what JPA maps. */
@Component
class CampaignRuleRows {
    private static final TypeReference<Map<Phase, RetryJson>> RETRIES = new TypeReference<>() {};
    private static final TypeReference<Map<Phase, Long>> LIMITS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;

    CampaignRuleRows(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** As SQL of the ledger reads it. */
    private record RetryJson(int limit, long backoffSeconds) {}

    void write(TenantId tenant, CampaignId campaign, CampaignRules rules) {
        Map<Phase, RetryJson> retries = new LinkedHashMap<>();
        CampaignRules.inOrder(rules.retries())
                .forEach((phase, retry) -> retries.put(
                        phase, new RetryJson(retry.limit(), retry.backoff().toSeconds())));
        Map<Phase, Long> limits = new LinkedHashMap<>();
        CampaignRules.inOrder(rules.phaseLimits()).forEach((phase, limit) -> limits.put(phase, limit.toSeconds()));
        Guarding guard = rules.guard();
        jdbc.sql("""
                        update campaign
                        set priority = :priority, retries = cast(:retries as jsonb), phase_limits = cast(:limits as jsonb),
                            guard_enabled = :enabled, guard_baseline = :baseline, guard_alpha = :alpha,
                            guard_cohorts = :cohorts, max_failure_percent = :percent, max_failure_percent_from = :from
                        where tenant_id = :tenant and id = :campaign
                        """)
                .param("priority", rules.priority())
                .param("retries", json.writeValueAsString(retries))
                .param("limits", json.writeValueAsString(limits))
                .param("enabled", guard.enabled())
                .param("baseline", guard.baseline(), Types.NUMERIC)
                .param("alpha", guard.alpha())
                .param("cohorts", guard.cohorts())
                .param("percent", guard.maxFailurePercent(), Types.NUMERIC)
                .param("from", guard.percentFrom())
                .param("tenant", tenant.value())
                .param("campaign", campaign.value())
                .update();
    }

    static CampaignRules read(ResultSet row, JsonMapper json) throws SQLException {
        Map<Phase, Retry> retries = new EnumMap<>(Phase.class);
        json.readValue(row.getString("retries"), RETRIES)
                .forEach((phase, retry) ->
                        retries.put(phase, new Retry(retry.limit, Duration.ofSeconds(retry.backoffSeconds))));
        Map<Phase, Duration> limits = new EnumMap<>(Phase.class);
        json.readValue(row.getString("phase_limits"), LIMITS)
                .forEach((phase, seconds) -> limits.put(phase, Duration.ofSeconds(seconds)));
        return new CampaignRules(
                row.getInt("priority"),
                new Guarding(
                        row.getBoolean("guard_enabled"),
                        row.getBigDecimal("guard_baseline"),
                        row.getBigDecimal("guard_alpha"),
                        row.getBoolean("guard_cohorts"),
                        row.getBigDecimal("max_failure_percent"),
                        row.getInt("max_failure_percent_from")),
                retries,
                limits);
    }

    static List<FieldProblem> problems(CampaignRules rules) {
        List<FieldProblem> problems = new ArrayList<>();
        if (rules.priority() < -1000 || rules.priority() > 1000) {
            problems.add(new FieldProblem("/rules/priority", "must be from -1000 to 1000"));
        }
        Guarding guard = rules.guard();
        range(problems, "/rules/guard/baseline", guard.baseline(), "0.001", "0.5");
        range(problems, "/rules/guard/alpha", guard.alpha(), "0.0001", "0.2");
        range(problems, "/rules/guard/maxFailurePercent", guard.maxFailurePercent(), "0.001", "100");
        if (guard.percentFrom() < 1 || guard.percentFrom() > 1_000_000) {
            problems.add(new FieldProblem("/rules/guard/percentFrom", "must be from 1 to 1000000"));
        }
        CampaignRules.inOrder(rules.retries()).forEach((phase, retry) -> {
            String pointer = "/rules/retries/" + name(phase);
            if (retry.limit() < 0 || retry.limit() > 10) {
                problems.add(new FieldProblem(pointer + "/limit", "must be from 0 to 10"));
            }
            duration(problems, pointer + "/backoff", retry.backoff(), Duration.ofMinutes(1), Duration.ofDays(7));
        });
        CampaignRules.inOrder(rules.phaseLimits())
                .forEach((phase, limit) -> duration(
                        problems,
                        "/rules/phaseLimits/" + name(phase),
                        limit,
                        Duration.ofSeconds(10),
                        Duration.ofDays(30)));
        return problems;
    }

    private static String name(Phase phase) {
        return phase.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static void range(
            List<FieldProblem> problems, String pointer, @Nullable BigDecimal number, String least, String most) {
        if (number == null) {
            return;
        }
        if (number.compareTo(new BigDecimal(least)) < 0 || number.compareTo(new BigDecimal(most)) > 0) {
            problems.add(new FieldProblem(pointer, "must be from %s to %s".formatted(least, most)));
        } else if (number.scale() > 4) {
            problems.add(new FieldProblem(pointer, "has more than the 4 decimals that are allowed"));
        }
    }

    private static void duration(
            List<FieldProblem> problems, String pointer, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0 || value.getNano() != 0) {
            problems.add(new FieldProblem(
                    pointer, "must be an ISO 8601 duration of whole seconds from %s to %s".formatted(least, most)));
        }
    }
}
