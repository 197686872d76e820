package org.maintenancemanager.core.campaign;

import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.problem.ProblemType;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.campaign.CampaignView.WaveProgress;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.query.Conflict;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.tenant.CallContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What a person does to the waves of a running campaign; effective for the next decision. */
@Service
public class CampaignWaves {
    private final Campaigns campaigns;
    private final JdbcClient jdbc;
    private final AuditLog audit;
    private final ChangeNotes notes;

    CampaignWaves(Campaigns campaigns, JdbcClient jdbc, AuditLog audit, ChangeNotes notes) {
        this.campaigns = campaigns;
        this.jdbc = jdbc;
        this.audit = audit;
        this.notes = notes;
    }

    /** What the audit keeps of a wave that a person moved. */
    private record Moved(int wave, String name, String reason) {}

    /**
     * Opens the next wave now, whatever the gate of the open one still wants.
     *
     * @param wave the ordinal of the wave to open, so that who calls twice does not open two; null: the next
     * @throws Conflict if there is none, or if its gate wants another person
     */
    @Transactional
    public CampaignView promote(CampaignId id, @Nullable Integer wave, String reason) {
        checkReason(reason);
        CampaignView campaign = campaigns.lockAndLoad(id);
        CampaignAction.PROMOTE_WAVE.check(campaign, CallContext.current().subject());
        WaveProgress open = campaign.openWave().orElseThrow();
        WaveMove.PROMOTE.check(open);
        if (wave != null && wave != open.ordinal() + 1) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "the next wave to open is %d, not %d".formatted(open.ordinal() + 1, wave));
        }
        jdbc.sql("""
                        update wave
                        set promoted_at = case when ordinal = :ordinal then now() end,
                            passed_at = case when ordinal = :ordinal then now() end,
                            opened_at = coalesce(opened_at, now())
                        where tenant_id = :tenant and campaign_id = :campaign and ordinal in (:ordinal, :ordinal + 1)
                        """)
                .param("ordinal", open.ordinal())
                .param("tenant", CallContext.current().tenant().value())
                .param("campaign", id.value())
                .update();
        WaveProgress next = campaign.waves().get(open.ordinal() + 1);
        audit.record("campaign.wave-promoted", "campaign", id, null, new Moved(next.ordinal(), next.name(), reason));
        notes.campaignsChanged(CallContext.current().tenant());
        return campaigns.load(id);
    }

    /**
     * Leaves out a wave: its nodes that hold no permit are canceled, and it counts as passed when its turn comes.
     *
     * @param wave its ordinal; null: the one that is open
     */
    @Transactional
    public CampaignView skip(CampaignId id, @Nullable Integer wave, String reason) {
        checkReason(reason);
        CampaignView campaign = campaigns.lockAndLoad(id);
        CampaignAction.SKIP_WAVE.check(campaign, CallContext.current().subject());
        int ordinal = wave != null
                ? wave
                : campaign.openWave()
                        .map(WaveProgress::ordinal)
                        .orElseThrow(() -> InvalidInput.at("/wave", "is required: no wave is open"));
        if (ordinal < 0 || ordinal >= campaign.waves().size()) {
            throw InvalidInput.at(
                    "/wave",
                    "is %d; allowed are 0 to %d"
                            .formatted(ordinal, campaign.waves().size() - 1));
        }
        WaveProgress skipped = campaign.waves().get(ordinal);
        if (!WaveMove.SKIP.isFrom(skipped.state())) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "wave %s has %s".formatted(skipped.name(), skipped.passedAt() != null ? "passed" : "been skipped"));
        }
        boolean needsAnother = campaign.spec().waves().get(ordinal).gate().approval();
        if (needsAnother
                && campaign.life()
                        .authorSubjects()
                        .contains(CallContext.current().subject())) {
            throw new Conflict(
                    ProblemType.ILLEGAL_STATE,
                    "the gate of wave %s wants an approval, and you are an author of this campaign"
                            .formatted(skipped.name()));
        }
        // Whoever grants next sees the wave as it is from now on.
        campaigns.lockCounter(id);
        jdbc.sql("""
                        update wave set skipped_at = clock_timestamp()
                        where tenant_id = :tenant and campaign_id = :campaign and ordinal = :ordinal
                        """)
                .param("tenant", CallContext.current().tenant().value())
                .param("campaign", id.value())
                .param("ordinal", ordinal)
                .update();
        audit.record("campaign.wave-skipped", "campaign", id, null, new Moved(ordinal, skipped.name(), reason));
        notes.campaignsChanged(CallContext.current().tenant());
        return campaigns.load(id);
    }

    private static void checkReason(String reason) {
        if (reason.isBlank() || reason.length() > 1000) {
            throw InvalidInput.at(
                    "/reason", "has %d characters; expected 1 to 1000 that say why".formatted(reason.length()));
        }
    }
}
