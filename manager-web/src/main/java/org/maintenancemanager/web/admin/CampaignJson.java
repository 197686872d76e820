package org.maintenancemanager.web.admin;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.Campaign;
import org.maintenancemanager.api.admin.CampaignAction;
import org.maintenancemanager.api.admin.CampaignApproval;
import org.maintenancemanager.api.admin.CampaignEscalation;
import org.maintenancemanager.api.admin.CampaignLife;
import org.maintenancemanager.api.admin.CampaignSchedule;
import org.maintenancemanager.api.admin.CampaignWave;
import org.maintenancemanager.api.admin.NewCampaign;
import org.maintenancemanager.api.admin.NewWave;
import org.maintenancemanager.api.admin.WaveGate;
import org.maintenancemanager.api.admin.WindowOverride;
import org.maintenancemanager.core.campaign.CampaignLife.Approval;
import org.maintenancemanager.core.campaign.CampaignSchedule.Escalation;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.CampaignView.WaveProgress;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.window.WindowId;

/** Campaigns between JSON, where most fields may be absent, and the core, where none may. */
final class CampaignJson {
    static final int LONGEST_SELECTOR = 4000;
    private static final int PERCENT_DECIMALS = 3;
    private static final int SHARE_DECIMALS = 4;

    private CampaignJson() {}

    /** @throws org.maintenancemanager.core.query.InvalidInput with the index of the campaign */
    static List<CampaignSpec> specs(List<NewCampaign> wanted) {
        var problems = new Problems();
        for (int i = 0; i < wanted.size(); i++) {
            check("/" + i, wanted.get(i), problems);
        }
        problems.throwIfAny();
        return wanted.stream().map(CampaignJson::complete).toList();
    }

    static CampaignSpec spec(NewCampaign wanted) {
        var problems = new Problems();
        check("", wanted, problems);
        problems.throwIfAny();
        return complete(wanted);
    }

    /** What only JSON can get wrong, and what the database would not keep as it was said. */
    static void check(String at, NewCampaign wanted, Problems problems) {
        problems.line(at + "/name", wanted.name(), 200);
        problems.present(at + "/imageId", wanted.imageId());
        problems.text(at + "/selector", wanted.selector(), LONGEST_SELECTOR);
        wholeSeconds(at + "/permitLimit", wanted.permitLimit(), problems);
        wholeSeconds(at + "/neededTime", wanted.neededTime(), problems);
        wholeSeconds(at + "/bootDeadline", wanted.bootDeadline(), problems);
        CampaignEscalation escalation =
                wanted.schedule() == null ? null : wanted.schedule().escalation();
        if (escalation != null) {
            String pointer = at + "/schedule/escalation";
            problems.present(pointer + "/after", escalation.after());
            wholeSeconds(pointer + "/after", escalation.after(), problems);
            problems.present(pointer + "/lasts", escalation.lasts());
            wholeSeconds(pointer + "/lasts", escalation.lasts(), problems);
            problems.present(pointer + "/reason", escalation.reason());
        }
        List<NewWave> waves = wanted.waves() == null ? List.of() : wanted.waves();
        for (int i = 0; i < waves.size(); i++) {
            if (problems.present(at + "/waves/" + i, waves.get(i))) {
                check(at + "/waves/" + i, waves.get(i), problems);
            }
        }
    }

    private static void check(String at, NewWave wave, Problems problems) {
        problems.line(at + "/name", wave.name(), 100);
        problems.text(at + "/selector", wave.selector(), LONGEST_SELECTOR);
        long shares = Stream.of(wave.percent(), wave.count(), wave.selector(), rest(wave))
                .filter(Objects::nonNull)
                .count();
        if (shares != 1) {
            problems.add(
                    at, "has %d of percent, count, selector and \"rest\": true; it must have one".formatted(shares));
        }
        decimals(at + "/percent", wave.percent(), PERCENT_DECIMALS, problems);
        if (wave.gate() != null) {
            wholeSeconds(at + "/gate/soakTime", wave.gate().soakTime(), problems);
            wholeSeconds(at + "/gate/unheardAfter", wave.gate().unheardAfter(), problems);
        }
        decimals(at + "/minConfirmedShare", wave.minConfirmedShare(), SHARE_DECIMALS, problems);
    }

    private static void wholeSeconds(String pointer, @Nullable Duration duration, Problems problems) {
        if (duration != null && duration.getNano() != 0) {
            problems.add(pointer, "is %s; allowed are whole seconds".formatted(duration));
        }
    }

    private static void decimals(String pointer, @Nullable BigDecimal number, int most, Problems problems) {
        if (number != null && number.stripTrailingZeros().scale() > most) {
            problems.add(pointer, "has more than the %d decimals that are allowed".formatted(most));
        }
    }

    private static @Nullable Boolean rest(NewWave wave) {
        return Boolean.TRUE.equals(wave.rest()) ? Boolean.TRUE : null;
    }

    static CampaignSpec complete(NewCampaign checked) {
        List<NewWave> waves = checked.waves() == null ? List.of() : checked.waves();
        return new CampaignSpec(
                requireNonNull(checked.name()),
                new ImageId(requireNonNull(checked.imageId())),
                orElse(checked.selector(), ""),
                orElse(checked.allNodes(), false),
                waves.stream().map(CampaignJson::wave).toList(),
                orElse(checked.maxInFlight(), CampaignSpec.DEFAULT_MAX_IN_FLIGHT),
                checked.maxFailures(),
                orElse(checked.prestage(), false),
                orElse(checked.allowDowngrade(), false),
                orElse(checked.permitLimit(), CampaignSpec.DEFAULT_PERMIT_LIMIT),
                checked.neededTime(),
                orElse(checked.bootDeadline(), CampaignSpec.DEFAULT_BOOT_DEADLINE),
                checked.startsAt(),
                schedule(checked.schedule()),
                CampaignRulesJson.complete(checked.rules()));
    }

    private static WaveSpec wave(NewWave checked) {
        WaveSpec.Share share;
        if (checked.percent() != null) {
            share = new CampaignSpec.Percent(checked.percent());
        } else if (checked.count() != null) {
            share = new CampaignSpec.Count(checked.count());
        } else if (checked.selector() != null) {
            share = new CampaignSpec.BySelector(checked.selector());
        } else {
            share = new CampaignSpec.Rest();
        }
        WaveGate gate = checked.gate();
        return new WaveSpec(
                requireNonNull(checked.name()),
                share,
                orElse(checked.minConfirmedShare(), BigDecimal.ONE),
                gate == null
                        ? org.maintenancemanager.core.campaign.WaveGate.NONE
                        : new org.maintenancemanager.core.campaign.WaveGate(
                                orElse(gate.soakTime(), Duration.ZERO),
                                gate.notBefore(),
                                orElse(gate.approval(), false),
                                gate.unheardAfter()));
    }

    private static org.maintenancemanager.core.campaign.CampaignSchedule schedule(@Nullable CampaignSchedule checked) {
        if (checked == null) {
            return org.maintenancemanager.core.campaign.CampaignSchedule.DEFAULT;
        }
        CampaignEscalation escalation = checked.escalation();
        return new org.maintenancemanager.core.campaign.CampaignSchedule(
                orElse(checked.joinLater(), true),
                checked.endsAt(),
                checked.deadline(),
                escalation == null
                        ? null
                        : new Escalation(
                                requireNonNull(escalation.after()),
                                requireNonNull(escalation.lasts()),
                                requireNonNull(escalation.reason()),
                                windows(escalation.windows()),
                                windows(escalation.freezes())));
    }

    private static Set<WindowId> windows(@Nullable List<UUID> ids) {
        return ids == null ? Set.of() : ids.stream().map(WindowId::new).collect(Collectors.toSet());
    }

    private static List<UUID> ids(Set<WindowId> windows) {
        return windows.stream().map(WindowId::value).sorted().toList();
    }

    private static <T> T orElse(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    /** All of it that a merge patch can change. */
    static NewCampaign editable(CampaignSpec spec) {
        return new NewCampaign(
                spec.name(),
                spec.imageId().value(),
                selector(spec),
                spec.allNodes(),
                spec.waves().stream()
                        .map(wave -> new NewWave(
                                wave.name(),
                                percent(wave),
                                count(wave),
                                selector(wave),
                                rest(wave),
                                wave.minConfirmedShare(),
                                gate(wave)))
                        .toList(),
                spec.maxInFlight(),
                spec.maxFailures(),
                spec.prestage(),
                spec.allowDowngrade(),
                spec.permitLimit(),
                spec.neededTime(),
                spec.bootDeadline(),
                spec.startsAt(),
                schedule(spec),
                CampaignRulesJson.shown(spec.rules()));
    }

    private static WaveGate gate(WaveSpec wave) {
        return new WaveGate(
                wave.gate().soakTime(),
                wave.gate().notBefore(),
                wave.gate().approval(),
                wave.gate().unheardAfter());
    }

    private static CampaignSchedule schedule(CampaignSpec spec) {
        Escalation escalation = spec.schedule().escalation();
        return new CampaignSchedule(
                spec.schedule().joinLater(),
                spec.schedule().endsAt(),
                spec.schedule().deadline(),
                escalation == null
                        ? null
                        : new CampaignEscalation(
                                escalation.after(),
                                escalation.lasts(),
                                escalation.reason(),
                                ids(escalation.windows()),
                                ids(escalation.freezes())));
    }

    private static CampaignLife shown(org.maintenancemanager.core.campaign.CampaignLife life) {
        return new CampaignLife(
                life.authors().stream().sorted().toList(),
                life.approvals().stream().map(CampaignJson::shown).toList(),
                life.rollbackOf() == null ? null : life.rollbackOf().value(),
                life.policy() == null ? null : life.policy().value(),
                life.escalatedAt(),
                life.deadlineMissedAt());
    }

    private static CampaignApproval shown(Approval approval) {
        return new CampaignApproval(
                approval.id(),
                approval.kind().name(),
                approval.wave(),
                approval.reasons(),
                approval.requestedBy(),
                approval.requestedAt(),
                approval.answer() == null ? null : approval.answer().name(),
                approval.decidedBy(),
                approval.decidedAt(),
                approval.remark());
    }

    /** What the caller can do, so that a console need not know the rules. */
    private static List<CampaignAction> actions(CampaignView campaign) {
        String subject = CallContext.current().subject();
        return Stream.of(org.maintenancemanager.core.campaign.CampaignAction.values())
                .map(action -> {
                    String refusal = action.refusal(campaign, subject);
                    return new CampaignAction(action.label(), refusal == null, refusal);
                })
                .toList();
    }

    static Campaign shown(CampaignView campaign) {
        CampaignSpec spec = campaign.spec();
        List<CampaignWave> waves = new ArrayList<>();
        for (int i = 0; i < spec.waves().size(); i++) {
            waves.add(shown(spec.waves().get(i), campaign.waves().get(i)));
        }
        return new Campaign(
                campaign.id().value(),
                spec.name(),
                campaign.state().name(),
                campaign.stateReason(),
                campaign.stateDetail(),
                spec.imageId().value(),
                selector(spec),
                spec.allNodes(),
                waves,
                spec.maxInFlight(),
                spec.maxFailures(),
                spec.prestage(),
                spec.allowDowngrade(),
                spec.permitLimit(),
                spec.neededTime(),
                spec.bootDeadline(),
                spec.startsAt(),
                schedule(spec),
                CampaignRulesJson.shown(spec.rules()),
                campaign.inFlight(),
                campaign.failures(),
                shown(campaign.override()),
                shown(campaign.life()),
                actions(campaign),
                campaign.startedAt(),
                campaign.endedAt(),
                campaign.createdAt(),
                campaign.updatedAt(),
                campaign.version());
    }

    private static @Nullable WindowOverride shown(
            org.maintenancemanager.core.window.@Nullable WindowOverride override) {
        return override == null
                ? null
                : new WindowOverride(
                        override.reason(),
                        override.by(),
                        override.since(),
                        override.until(),
                        override.freezes().stream()
                                .map(WindowId::value)
                                .sorted()
                                .toList(),
                        override.windows().isEmpty() ? null : ids(override.windows()));
    }

    private static CampaignWave shown(WaveSpec wave, WaveProgress progress) {
        return new CampaignWave(
                progress.ordinal(),
                wave.name(),
                percent(wave),
                count(wave),
                selector(wave),
                rest(wave),
                wave.minConfirmedShare(),
                gate(wave),
                progress.openedAt(),
                progress.passedAt(),
                progress.reachedAt(),
                progress.skippedAt(),
                progress.promotedAt(),
                progress.members(),
                progress.unreachable(),
                progress.late(),
                progress.updates());
    }

    private static @Nullable String selector(CampaignSpec spec) {
        return spec.selector().isEmpty() ? null : spec.selector();
    }

    private static @Nullable BigDecimal percent(WaveSpec wave) {
        return wave.share() instanceof CampaignSpec.Percent share ? share.percent() : null;
    }

    private static @Nullable Integer count(WaveSpec wave) {
        return wave.share() instanceof CampaignSpec.Count share ? share.nodes() : null;
    }

    private static @Nullable String selector(WaveSpec wave) {
        return wave.share() instanceof CampaignSpec.BySelector share ? share.selector() : null;
    }

    private static @Nullable Boolean rest(WaveSpec wave) {
        return wave.share() instanceof CampaignSpec.Rest ? Boolean.TRUE : null;
    }
}
