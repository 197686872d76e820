package org.maintenancemanager.web.admin;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.admin.Campaign;
import org.maintenancemanager.api.admin.CampaignWave;
import org.maintenancemanager.api.admin.NewCampaign;
import org.maintenancemanager.api.admin.NewWave;
import org.maintenancemanager.api.admin.WindowOverride;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.campaign.CampaignView;
import org.maintenancemanager.core.campaign.CampaignView.WaveProgress;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.query.Problems;
import org.maintenancemanager.core.window.WindowId;

/** Campaigns between JSON, where most fields may be absent, and the core, where none may. */
final class CampaignJson {
    private static final int LONGEST_SELECTOR = 4000;
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
    private static void check(String at, NewCampaign wanted, Problems problems) {
        problems.line(at + "/name", wanted.name(), 200);
        problems.present(at + "/imageId", wanted.imageId());
        problems.text(at + "/selector", wanted.selector(), LONGEST_SELECTOR);
        wholeSeconds(at + "/permitLimit", wanted.permitLimit(), problems);
        wholeSeconds(at + "/neededTime", wanted.neededTime(), problems);
        wholeSeconds(at + "/bootDeadline", wanted.bootDeadline(), problems);
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

    private static CampaignSpec complete(NewCampaign checked) {
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
                checked.startsAt());
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
        return new WaveSpec(requireNonNull(checked.name()), share, orElse(checked.minConfirmedShare(), BigDecimal.ONE));
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
                                wave.minConfirmedShare()))
                        .toList(),
                spec.maxInFlight(),
                spec.maxFailures(),
                spec.prestage(),
                spec.allowDowngrade(),
                spec.permitLimit(),
                spec.neededTime(),
                spec.bootDeadline(),
                spec.startsAt());
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
                campaign.inFlight(),
                campaign.failures(),
                shown(campaign.override()),
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
                                .toList());
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
                progress.openedAt(),
                progress.passedAt(),
                progress.members(),
                progress.unreachable(),
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
