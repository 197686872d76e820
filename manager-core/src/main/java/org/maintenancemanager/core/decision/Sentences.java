package org.maintenancemanager.core.decision;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.BudgetFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.DownloadFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.HeldCohort;
import org.maintenancemanager.core.campaign.CampaignFacts.WaveFacts;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.campaign.WaveGates;
import org.maintenancemanager.core.decision.Gate.Evidence;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.window.Schedule.Opening;

/** What closed gates say. Each only keeps what it needs; words are made when somebody reads. */
final class Sentences {
    private static final DateTimeFormatter THIS_WEEK = DateTimeFormatter.ofPattern("EEE HH:mm zzz", Locale.ENGLISH);
    private static final DateTimeFormatter THIS_YEAR =
            DateTimeFormatter.ofPattern("EEE d MMM HH:mm zzz", Locale.ENGLISH);
    private static final DateTimeFormatter ANY_YEAR =
            DateTimeFormatter.ofPattern("d MMM yyyy HH:mm zzz", Locale.ENGLISH);

    private Sentences() {}

    static Evidence quarantined(NodeFacts node) {
        return (now, zone) -> node.stateReason() == null
                ? Reason.NODE_QUARANTINED.sentence()
                : "The node is quarantined: " + withoutStop(node.stateReason()) + ".";
    }

    static Evidence draft(ImageFacts image) {
        return (now, zone) -> "Image %s is not published.".formatted(image.version());
    }

    static Evidence withdrawn(ImageFacts image) {
        return (now, zone) -> "Image %s was withdrawn.".formatted(image.version());
    }

    static Evidence architecture(NodeFacts node, ImageFacts image) {
        return (now, zone) -> "Image %s is made for %s, and the node is %s."
                .formatted(image.version(), image.architecture(), node.architecture());
    }

    static Evidence hardware(NodeFacts node, ImageFacts image) {
        return (now, zone) -> "Image %s fits %s, and the node's hardware is %s."
                .formatted(
                        image.version(),
                        image.hardware().stream().sorted().collect(Collectors.joining(", ")),
                        node.hardware() == null ? "unknown" : node.hardware());
    }

    static Evidence alreadyRunning(ImageFacts image) {
        return (now, zone) -> "The node already runs %s.".formatted(image.version());
    }

    static Evidence downgrade(long running, ImageFacts image) {
        return (now, zone) -> "Image %s has release counter %d, and the node runs %d."
                .formatted(image.version(), image.releaseCounter(), running);
    }

    static Evidence rolledBack(ImageFacts image) {
        return (now, zone) -> "The node rolled back from %s before.".formatted(image.version());
    }

    static Evidence ended(CampaignFacts campaign) {
        return (now, zone) -> campaign.state() == CampaignState.ABORTED
                ? "Campaign %s was aborted.".formatted(campaign.name())
                : "Campaign %s is completed.".formatted(campaign.name());
    }

    static Evidence notStarted(CampaignFacts campaign) {
        return (now, zone) -> "Campaign %s has not started.".formatted(campaign.name());
    }

    static Evidence approval(CampaignFacts campaign) {
        return (now, zone) -> "Campaign %s waits for an approval.".formatted(campaign.name());
    }

    static Evidence paused(CampaignFacts campaign) {
        return (now, zone) -> campaign.stateReason() == null
                ? "Campaign %s is paused.".formatted(campaign.name())
                : "Campaign %s is paused (%s).".formatted(campaign.name(), campaign.stateReason());
    }

    static Evidence guard(CampaignFacts campaign) {
        return (now, zone) -> switch (campaign.stateReason() == null ? "" : campaign.stateReason()) {
            case "GUARD" -> "The image of campaign %s fails more often than is accepted.".formatted(campaign.name());
            case "WAVE_GATE" -> "A wave of campaign %s did not pass its gate.".formatted(campaign.name());
            default -> "Too many updates of campaign %s failed.".formatted(campaign.name());
        };
    }

    static Evidence held(HeldCohort held) {
        return (now, zone) -> {
            String name = held.name().isEmpty() ? "unknown" : held.name();
            String nodes = switch (held.kind()) {
                case HARDWARE -> "Nodes of hardware " + name;
                case SITE -> "Nodes of site " + name;
                case SOURCE -> "Nodes that run the image " + shortened(name);
            };
            return "%s are held: %s.".formatted(nodes, withoutStop(held.reason()));
        };
    }

    /** A digest is told apart by its first digits. */
    private static String shortened(String digest) {
        return digest.length() > 12 ? digest.substring(0, 12) : digest;
    }

    static Evidence suspicion(CampaignFacts campaign) {
        return (now, zone) -> String.format(
                Locale.ROOT,
                "Campaign %s goes slowly, %d at once: evidence %.1f of %.0f needed to stop it.",
                campaign.name(),
                campaign.guard().maxInFlight(),
                campaign.guard().evidence(),
                campaign.guard().needed());
    }

    static Evidence wave(int ordinal, @Nullable WaveFacts wave, @Nullable WaveFacts before) {
        return (now, zone) -> before == null || before.passedAt() != null
                ? "Wave %s is not open yet.".formatted(name(ordinal, wave))
                : "Wave %s is not open yet: wave %s comes first.".formatted(name(ordinal, wave), before.name());
    }

    static Evidence waveWaits(int ordinal, @Nullable WaveFacts wave, WaveFacts before, WaveGates.Count count) {
        return (now, zone) -> "Wave %s is not open yet: %d of %d nodes of wave %s are confirmed, %d are needed (%s %%)."
                .formatted(
                        name(ordinal, wave),
                        count.confirmed(),
                        count.reachable(),
                        before.name(),
                        count.wanted(),
                        before.gate()
                                .minConfirmedShare()
                                .movePointRight(2)
                                .stripTrailingZeros()
                                .toPlainString());
    }

    static Evidence waveSoaks(@Nullable WaveFacts wave, WaveFacts before, Instant until) {
        return (now, zone) -> "Wave %s is not open yet: wave %s is watched until %s."
                .formatted(name(before.ordinal() + 1, wave), before.name(), whenAndHowSoon(until, now, zone));
    }

    static Evidence waveNotBefore(@Nullable WaveFacts wave, Instant until) {
        return (now, zone) -> "Wave %s does not open before %s."
                .formatted(wave == null ? "of the node" : wave.name(), whenAndHowSoon(until, now, zone));
    }

    static Evidence waveAwaitsApproval(@Nullable WaveFacts wave, WaveFacts before) {
        return (now, zone) -> "Wave %s is not open yet: wave %s is done, and somebody has to approve the next."
                .formatted(name(before.ordinal() + 1, wave), before.name());
    }

    static Evidence waveSkipped(WaveFacts wave) {
        return (now, zone) -> "Wave %s was skipped.".formatted(wave.name());
    }

    private static String name(int ordinal, @Nullable WaveFacts wave) {
        return wave == null ? String.valueOf(ordinal + 1) : wave.name();
    }

    static Evidence paced(BudgetFacts budget) {
        return (now, zone) -> {
            DownloadFacts downloads = budget.downloads();
            if (downloads == null) {
                return Reason.DOWNLOAD_PACED.sentence();
            }
            String limit = Stream.of(
                            downloads.max() == null ? "" : downloads.max() + " nodes at once",
                            downloads.bytesPerSecond() == null ? "" : downloads.bytesPerSecond() + " bytes per second")
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining(" and "));
            return "Waits for its turn to download: budget %s allows %s; whose window opens first goes first."
                    .formatted(budget.name(), limit);
        };
    }

    static Evidence busy(String rival) {
        return (now, zone) -> "Campaign %s has the node until it is done with it.".formatted(rival);
    }

    static Evidence later(UpdateFacts update, Instant notBefore) {
        return (now, zone) -> "Attempt %d, after one that %s: begins %s."
                .formatted(
                        update.attempt(),
                        update.course().failedBefore() == null
                                ? "failed"
                                : update.course().failedBefore().equals("LOST")
                                        ? "was lost"
                                        : "failed in phase " + update.course().failedBefore(),
                        whenAndHowSoon(notBefore, now, zone));
    }

    static Evidence frozen(Opening freeze) {
        return (now, zone) -> "Freeze %s is in force until %s."
                .formatted(freeze.windowName(), whenAndHowSoon(freeze.end(), now, zone));
    }

    static Evidence closed(@Nullable Opening next) {
        return (now, zone) -> next == null
                ? "No maintenance window opens within a year."
                : "Waits for %s, opens %s.".formatted(next.windowName(), whenAndHowSoon(next.start(), now, zone));
    }

    static Evidence tooShort(Opening open, NodeFacts node, CampaignFacts campaign, @Nullable Opening next) {
        return (now, zone) -> "%s closes %s, too soon for the %s; %s."
                .formatted(
                        open.windowName(),
                        whenAndHowSoon(open.end(), now, zone),
                        needed(node, NeededTime.of(node, campaign)),
                        next == null
                                ? "no longer window is in sight"
                                : "waits for %s, opens %s"
                                        .formatted(next.windowName(), whenAndHowSoon(next.start(), now, zone)));
    }

    private static String needed(NodeFacts node, NeededTime needed) {
        String time = length(needed.time());
        return switch (needed.source()) {
            case CAMPAIGN -> time + " that the campaign allows for an update";
            case MEASURED ->
                "%s that 95 %% of %d updates of hardware %s took".formatted(time, needed.samples(), node.hardware());
            case DEFAULT -> time + " that an update is supposed to take";
        };
    }

    static Evidence full(CampaignFacts campaign) {
        return (now, zone) -> "Campaign %s has %d of %d updates in flight."
                .formatted(campaign.name(), campaign.inFlight(), campaign.maxInFlight());
    }

    static Evidence full(BudgetFacts budget) {
        return (now, zone) -> "Budget %s of %s has %d of %d updates in flight."
                .formatted(
                        budget.name(),
                        budget.sitePath() == null ? "nodes with " + budget.selector() : "site " + budget.sitePath(),
                        budget.inFlight(),
                        budget.maxInFlight());
    }

    /** {@code Tue 02:00 CEST, in 9 h} */
    static String whenAndHowSoon(Instant then, Instant now, ZoneId zone) {
        return when(then, now, zone) + ", in " + length(Duration.between(now, then));
    }

    static String when(Instant then, Instant now, ZoneId zone) {
        Duration distance = Duration.between(now, then).abs();
        DateTimeFormatter format = distance.toDays() < 6 ? THIS_WEEK : distance.toDays() < 300 ? THIS_YEAR : ANY_YEAR;
        return format.format(then.atZone(zone));
    }

    /** Rounded to the unit that a person would say. */
    static String length(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 90) {
            return seconds + " s";
        }
        long minutes = Math.round(seconds / 60.0);
        if (minutes < 90) {
            return minutes + " min";
        }
        long hours = Math.round(seconds / 3600.0);
        if (hours < 48) {
            return hours + " h";
        }
        return Math.round(seconds / 86_400.0) + " days";
    }

    private static String withoutStop(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }
}
