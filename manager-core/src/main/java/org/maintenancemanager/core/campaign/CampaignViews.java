package org.maintenancemanager.core.campaign;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignLife.Approval;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.campaign.CampaignView.WaveProgress;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.query.FieldType;
import org.maintenancemanager.core.query.ListQuery;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.window.WindowId;
import org.maintenancemanager.core.window.WindowOverride;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Reads campaigns with their waves and counters, one statement a page. */
@Component
class CampaignViews {
    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final ListQuery<CampaignView> campaigns;

    CampaignViews(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
        this.campaigns = ListQuery.of("campaign", """
                        campaign c
                        join campaign_counter counter
                            on (counter.tenant_id, counter.campaign_id) = (c.tenant_id, c.id)
                        """, this::view)
                .columns("""
                        c.*, counter.in_flight, counter.failures,
                        (select json_agg(json_build_object(
                                    'ordinal', wave.ordinal, 'name', wave.name, 'kind', wave.kind,
                                    'percent', wave.percent, 'count', wave.node_count, 'selector', wave.selector,
                                    'minConfirmedShare', wave.min_confirmed_share, 'unreachable', wave.unreachable,
                                    'openedAt', wave.opened_at, 'passedAt', wave.passed_at,
                                    'gate', json_build_object(
                                        'soakSeconds', wave.soak_seconds, 'notBefore', wave.not_before,
                                        'approval', wave.approval, 'unheardSeconds', wave.unheard_seconds,
                                        'reachedAt', wave.reached_at,
                                        'skippedAt', wave.skipped_at, 'promotedAt', wave.promoted_at,
                                        'approved', exists (select from campaign_approval yes
                                                            where (yes.tenant_id, yes.campaign_id, yes.wave)
                                                                  = (wave.tenant_id, wave.campaign_id, wave.ordinal)
                                                              and yes.decision = 'APPROVED')),
                                    'updates', (select json_object_agg(tally.state, tally.updates)
                                                from wave_counter tally
                                                where (tally.tenant_id, tally.campaign_id, tally.wave)
                                                      = (wave.tenant_id, wave.campaign_id, wave.ordinal)
                                                  and tally.updates > 0))
                                    order by wave.ordinal)
                         from wave
                         where (wave.tenant_id, wave.campaign_id) = (c.tenant_id, c.id)) as waves,
                        (select json_agg(json_build_object(
                                    'id', asked.id, 'kind', asked.kind, 'wave', asked.wave, 'reasons', asked.reasons,
                                    'requestedBy', asked.requested_by,
                                    'requestedSubject', asked.requested_subject, 'requestedAt', asked.requested_at,
                                    'answer', asked.decision, 'decidedBy', asked.decided_by,
                                    'decidedAt', asked.decided_at, 'remark', asked.remark)
                                    order by asked.requested_at, asked.id)
                         from campaign_approval asked
                         where (asked.tenant_id, asked.campaign_id) = (c.tenant_id, c.id)) as approvals
                        """)
                .tenant("c.tenant_id")
                .id("c.id")
                .field("id", "c.id", FieldType.UUID)
                .field("name", "c.name", FieldType.TEXT)
                .field("state", "c.state", FieldType.oneOf(CampaignState.class))
                .nullable("stateReason", "c.state_reason", FieldType.TEXT)
                .field("imageId", "c.image_id", FieldType.UUID)
                .nullable("policyId", "c.policy_id", FieldType.UUID)
                .field("createdAt", "c.created_at", FieldType.INSTANT)
                .field("updatedAt", "c.updated_at", FieldType.INSTANT)
                .nullable("startedAt", "c.started_at", FieldType.INSTANT)
                .nullable("endedAt", "c.ended_at", FieldType.INSTANT)
                .sort("-createdAt")
                .build();
    }

    Page<CampaignView> list(TenantId tenant, ListRequest request) {
        return campaigns.fetch(jdbc, tenant, request);
    }

    Optional<CampaignView> find(TenantId tenant, CampaignId id) {
        return campaigns.find(jdbc, tenant, id.value());
    }

    /** As the database builds it. */
    private record WaveJson(
            int ordinal,
            String name,
            String kind,
            @Nullable BigDecimal percent,
            @Nullable Integer count,
            @Nullable String selector,
            BigDecimal minConfirmedShare,
            int unreachable,
            @Nullable Instant openedAt,
            @Nullable Instant passedAt,
            GateJson gate,
            @Nullable Map<UpdateState, Integer> updates) {
        WaveSpec spec() {
            return new WaveSpec(name, WaveRows.share(kind, percent, count, selector), minConfirmedShare, gate.gate());
        }

        WaveProgress progress() {
            return new WaveProgress(
                    ordinal,
                    name,
                    openedAt,
                    passedAt,
                    gate.reachedAt,
                    gate.skippedAt,
                    gate.promotedAt,
                    gate.approved,
                    unreachable,
                    updates == null ? new EnumMap<>(UpdateState.class) : updates);
        }
    }

    private record GateJson(
            int soakSeconds,
            @Nullable Instant notBefore,
            boolean approval,
            @Nullable Integer unheardSeconds,
            @Nullable Instant reachedAt,
            @Nullable Instant skippedAt,
            @Nullable Instant promotedAt,
            boolean approved) {
        WaveGate gate() {
            return new WaveGate(
                    Duration.ofSeconds(soakSeconds),
                    notBefore,
                    approval,
                    unheardSeconds == null ? null : Duration.ofSeconds(unheardSeconds));
        }
    }

    static @Nullable Duration seconds(ResultSet row, String column) throws SQLException {
        Integer seconds = row.getObject(column, Integer.class);
        return seconds == null ? null : Duration.ofSeconds(seconds);
    }

    /** Null where the campaign has none; it may have expired. */
    static @Nullable WindowOverride override(ResultSet row) throws SQLException {
        UUID id = row.getObject("override_id", UUID.class);
        return id == null
                ? null
                : new WindowOverride(
                        id,
                        "the override of campaign " + row.getString("name"),
                        row.getString("override_reason"),
                        row.getString("override_by"),
                        row.getObject("override_since", OffsetDateTime.class).toInstant(),
                        row.getObject("override_until", OffsetDateTime.class).toInstant(),
                        Stream.of((UUID[]) row.getArray("override_freezes").getArray())
                                .map(WindowId::new)
                                .collect(Collectors.toSet()),
                        windows(row));
    }

    /** An override that was given before there were any is for all nodes. */
    private static Set<WindowId> windows(ResultSet row) throws SQLException {
        var ids = row.getArray("override_windows");
        return ids == null
                ? Set.of()
                : Stream.of((UUID[]) ids.getArray()).map(WindowId::new).collect(Collectors.toSet());
    }

    private CampaignView view(ResultSet row, int number) throws SQLException {
        List<WaveJson> waves = List.of(json.readValue(row.getString("waves"), WaveJson[].class));
        Integer maxFailures = row.getObject("max_failures", Integer.class);
        CampaignSpec spec = new CampaignSpec(
                row.getString("name"),
                new ImageId(row.getObject("image_id", UUID.class)),
                row.getString("selector"),
                row.getBoolean("all_nodes"),
                waves.stream().map(WaveJson::spec).toList(),
                row.getInt("max_in_flight"),
                maxFailures,
                row.getBoolean("prestage"),
                row.getBoolean("allow_downgrade"),
                Duration.ofSeconds(row.getInt("permit_limit_seconds")),
                seconds(row, "needed_seconds"),
                Duration.ofSeconds(row.getInt("boot_deadline_seconds")),
                instant(row, "starts_at"),
                ScheduleColumns.schedule(row),
                CampaignRuleRows.read(row, json));
        return new CampaignView(
                new CampaignId(row.getObject("id", UUID.class)),
                spec,
                CampaignState.valueOf(row.getString("state")),
                row.getString("state_reason"),
                row.getString("state_detail"),
                row.getInt("in_flight"),
                row.getInt("failures"),
                waves.stream().map(WaveJson::progress).toList(),
                override(row),
                life(row),
                instant(row, "started_at"),
                instant(row, "ended_at"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }

    private CampaignLife life(ResultSet row) throws SQLException {
        String approvals = row.getString("approvals");
        UUID rollbackOf = row.getObject("rollback_of", UUID.class);
        UUID policy = row.getObject("policy_id", UUID.class);
        return new CampaignLife(
                Set.of((String[]) row.getArray("authors").getArray()),
                Set.of((String[]) row.getArray("author_subjects").getArray()),
                approvals == null ? List.of() : List.of(json.readValue(approvals, Approval[].class)),
                rollbackOf == null ? null : new CampaignId(rollbackOf),
                policy == null ? null : new PolicyId(policy),
                instant(row, "escalated_at"),
                instant(row, "deadline_missed_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
