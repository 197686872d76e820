package org.maintenancemanager.core.campaign;

import java.util.EnumSet;
import java.util.Set;

/** Every step of a wave: the truth that docs/campaigns.md is drawn from. There are no others. */
public enum WaveMove {
    OPEN(CampaignMove.By.MANAGER, "the wave before passes", WaveState.OPEN, WaveState.CLOSED),
    REACH(CampaignMove.By.MANAGER, "its share is confirmed", WaveState.REACHED, WaveState.OPEN),
    LOSE(CampaignMove.By.MANAGER, "too many failed since", WaveState.OPEN, WaveState.REACHED),
    /** From OPEN where it has no nodes, or none was heard of for too long. */
    PASS(
            CampaignMove.By.MANAGER,
            "its gate passes",
            WaveState.PASSED,
            WaveState.OPEN,
            WaveState.REACHED,
            WaveState.SKIPPED),
    PROMOTE(
            CampaignMove.By.OPERATOR,
            "promoted",
            WaveState.PASSED,
            WaveState.OPEN,
            WaveState.REACHED,
            WaveState.SKIPPED),
    SKIP(CampaignMove.By.OPERATOR, "skipped", WaveState.SKIPPED, WaveState.CLOSED, WaveState.OPEN, WaveState.REACHED);

    private final CampaignMove.By by;
    private final String when;
    private final WaveState to;
    private final Set<WaveState> from = EnumSet.noneOf(WaveState.class);

    WaveMove(CampaignMove.By by, String when, WaveState to, WaveState... from) {
        this.by = by;
        this.when = when;
        this.to = to;
        this.from.addAll(Set.of(from));
    }

    public CampaignMove.By by() {
        return by;
    }

    public String when() {
        return when;
    }

    public WaveState to() {
        return to;
    }

    public Set<WaveState> from() {
        return Set.copyOf(from);
    }

    boolean isFrom(WaveState state) {
        return from.contains(state);
    }

    /** @throws IllegalStateException when there is no such step */
    void check(CampaignView.WaveProgress wave) {
        if (!isFrom(wave.state())) {
            throw new IllegalStateException(
                    "expected wave %s in one of %s to %s, found %s".formatted(wave.name(), from, this, wave.state()));
        }
    }
}
