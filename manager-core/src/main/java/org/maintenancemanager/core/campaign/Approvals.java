package org.maintenancemanager.core.campaign;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.campaign.CampaignLife.Answer;
import org.maintenancemanager.core.campaign.CampaignLife.Kind;
import org.maintenancemanager.core.tenant.CallContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The rows of {@code campaign_approval}. */
@Component
class Approvals {
    private final JdbcClient jdbc;

    Approvals(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Asks once; whether it was not asked already.
     *
     * @param request what is asked, as JSON; only of an OVERRIDE
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean ask(
            CampaignId campaign, Kind kind, @Nullable Integer wave, List<String> reasons, @Nullable String request) {
        return jdbc.sql("""
                        insert into campaign_approval (tenant_id, campaign_id, kind, wave, reasons, request, requested_by,
                                                       requested_subject)
                        values (:tenant, :campaign, :kind, :wave, :reasons, cast(:request as jsonb), :by, :subject)
                        on conflict do nothing
                        """)
                        .param("tenant", CallContext.current().tenant().value())
                        .param("campaign", campaign.value())
                        .param("kind", kind.name())
                        .param("wave", wave)
                        .param("reasons", reasons.toArray(String[]::new))
                        .param("request", request)
                        .param("by", CallContext.current().actor())
                        .param("subject", CallContext.current().subject())
                        .update()
                == 1;
    }

    /** Whether it was open until now. */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean answer(UUID approval, Answer answer, String remark) {
        return jdbc.sql("""
                        update campaign_approval
                        set decision = :answer, decided_by = :by, decided_at = now(), remark = :remark
                        where tenant_id = :tenant and id = :approval and decision is null
                        """)
                        .param("answer", answer.name())
                        .param("by", CallContext.current().actor())
                        .param("remark", remark)
                        .param("tenant", CallContext.current().tenant().value())
                        .param("approval", approval)
                        .update()
                == 1;
    }

    /** Whatever is still asked has no sense any more. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void withdrawAll(CampaignId campaign) {
        jdbc.sql("""
                        update campaign_approval
                        set decision = 'WITHDRAWN', decided_by = :by, decided_at = now()
                        where tenant_id = :tenant and campaign_id = :campaign and decision is null
                        """)
                .param("by", CallContext.current().actor())
                .param("tenant", CallContext.current().tenant().value())
                .param("campaign", campaign.value())
                .update();
    }

    /** What was asked with an OVERRIDE, as JSON. */
    String request(UUID approval) {
        return jdbc.sql("select request::text from campaign_approval where tenant_id = :tenant and id = :approval")
                .param("tenant", CallContext.current().tenant().value())
                .param("approval", approval)
                .query(String.class)
                .single();
    }
}
