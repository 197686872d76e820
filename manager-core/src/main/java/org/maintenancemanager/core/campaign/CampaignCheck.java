package org.maintenancemanager.core.campaign;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.node.Selector;
import org.maintenancemanager.core.query.FieldProblem;
import org.maintenancemanager.core.query.InvalidInput;

/** What can be said of a campaign's fields without looking anything up. */
final class CampaignCheck {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final int MAX_WAVES = 50;

    private CampaignCheck() {}

    /** @param rollback whether its nodes are those of another campaign, so that it needs no selector */
    static List<FieldProblem> problems(CampaignSpec spec, boolean rollback) {
        List<FieldProblem> problems = new ArrayList<>();
        if (spec.name().isBlank() || spec.name().length() > 200) {
            problems.add(new FieldProblem("/name", "must have 1 to 200 characters"));
        }
        if (spec.selector().isBlank() && !spec.allNodes() && !rollback) {
            problems.add(new FieldProblem(
                    "/selector", "must not be empty; to mean the whole fleet, say \"allNodes\": true instead"));
        } else if (!spec.selector().isBlank() && spec.allNodes()) {
            problems.add(new FieldProblem("/allNodes", "must be false or absent when there is a selector"));
        }
        checkSelector(problems, "/selector", spec.selector());
        if (spec.maxInFlight() < 1) {
            problems.add(new FieldProblem("/maxInFlight", "must be at least 1"));
        }
        if (spec.maxFailures() != null && spec.maxFailures() < 1) {
            problems.add(new FieldProblem("/maxFailures", "must be at least 1, or absent for no limit"));
        }
        checkDuration(problems, "/permitLimit", spec.permitLimit(), Duration.ofSeconds(10), Duration.ofDays(7));
        if (spec.neededTime() != null) {
            checkDuration(problems, "/neededTime", spec.neededTime(), Duration.ofSeconds(1), Duration.ofDays(1));
        }
        checkDuration(problems, "/bootDeadline", spec.bootDeadline(), Duration.ofSeconds(1), Duration.ofDays(1));
        problems.addAll(CampaignRuleRows.problems(spec.rules()));
        checkWaves(problems, spec.waves());
        checkSchedule(problems, spec);
        return problems;
    }

    private static void checkWaves(List<FieldProblem> problems, List<WaveSpec> waves) {
        if (waves.size() > MAX_WAVES) {
            problems.add(new FieldProblem("/waves", "must be at most %d".formatted(MAX_WAVES)));
            return;
        }
        BigDecimal sum = BigDecimal.ZERO;
        Set<String> names = new HashSet<>();
        for (int i = 0; i < waves.size(); i++) {
            WaveSpec wave = waves.get(i);
            String pointer = "/waves/" + i;
            if (wave.name().isBlank() || wave.name().length() > 100) {
                problems.add(new FieldProblem(pointer + "/name", "must have 1 to 100 characters"));
            } else if (!names.add(wave.name())) {
                problems.add(new FieldProblem(pointer + "/name", "must differ from the names of the other waves"));
            }
            if (wave.minConfirmedShare().signum() < 0
                    || wave.minConfirmedShare().compareTo(BigDecimal.ONE) > 0) {
                problems.add(new FieldProblem(pointer + "/minConfirmedShare", "must be from 0 to 1"));
            }
            if (!wave.gate().soakTime().isZero()) {
                checkDuration(
                        problems,
                        pointer + "/gate/soakTime",
                        wave.gate().soakTime(),
                        Duration.ZERO,
                        WaveGate.LONGEST_SOAK);
            }
            if (wave.gate().unheardAfter() != null) {
                checkDuration(
                        problems,
                        pointer + "/gate/unheardAfter",
                        wave.gate().unheardAfter(),
                        Duration.ofMinutes(1),
                        WaveGate.LONGEST_SOAK);
            }
            switch (wave.share()) {
                case CampaignSpec.Percent share -> {
                    BigDecimal percent = share.percent();
                    if (percent.signum() <= 0 || percent.compareTo(HUNDRED) > 0) {
                        problems.add(new FieldProblem(pointer + "/percent", "must be more than 0 and at most 100"));
                    }
                    sum = sum.add(percent);
                    if (sum.compareTo(HUNDRED) > 0) {
                        problems.add(new FieldProblem(
                                pointer + "/percent",
                                "makes a sum of %s %%; the waves may have 100 %% of the nodes in all"
                                        .formatted(sum.stripTrailingZeros().toPlainString())));
                    }
                }
                case CampaignSpec.Count share -> {
                    if (share.nodes() < 1) {
                        problems.add(new FieldProblem(pointer + "/count", "must be at least 1"));
                    }
                }
                case CampaignSpec.BySelector share -> {
                    if (share.selector().isBlank()) {
                        problems.add(new FieldProblem(pointer + "/selector", "must not be empty"));
                    }
                    checkSelector(problems, pointer + "/selector", share.selector());
                }
                case CampaignSpec.Rest rest -> {
                    if (i < waves.size() - 1) {
                        problems.add(new FieldProblem(pointer + "/rest", "can only be said of the last wave"));
                    }
                }
            }
        }
    }

    private static void checkSchedule(List<FieldProblem> problems, CampaignSpec spec) {
        CampaignSchedule schedule = spec.schedule();
        if (schedule.endsAt() != null
                && spec.startsAt() != null
                && !schedule.endsAt().isAfter(spec.startsAt())) {
            problems.add(new FieldProblem("/schedule/endsAt", "must lie after startsAt"));
        }
        if (schedule.deadline() != null
                && spec.startsAt() != null
                && !schedule.deadline().isAfter(spec.startsAt())) {
            problems.add(new FieldProblem("/schedule/deadline", "must lie after startsAt"));
        }
        CampaignSchedule.Escalation escalation = schedule.escalation();
        if (escalation == null) {
            return;
        }
        String pointer = "/schedule/escalation";
        checkDuration(problems, pointer + "/after", escalation.after(), Duration.ofMinutes(1), Duration.ofDays(366));
        checkDuration(
                problems, pointer + "/lasts", escalation.lasts(), Duration.ofMinutes(1), Campaigns.LONGEST_OVERRIDE);
        if (escalation.reason().isBlank() || escalation.reason().length() > 1000) {
            problems.add(new FieldProblem(pointer + "/reason", "must have 1 to 1000 characters that say why"));
        }
    }

    private static void checkSelector(List<FieldProblem> problems, String pointer, String selector) {
        if (selector.isBlank()) {
            return;
        }
        try {
            Selector.parse(selector);
        } catch (InvalidInput e) {
            e.problems().forEach(problem -> problems.add(new FieldProblem(pointer, problem.message())));
        }
    }

    private static void checkDuration(
            List<FieldProblem> problems, String pointer, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            problems.add(new FieldProblem(
                    pointer, "must be an ISO 8601 duration from %s to %s, for example PT15M".formatted(min, max)));
        }
    }
}
