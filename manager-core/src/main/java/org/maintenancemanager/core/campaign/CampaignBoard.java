package org.maintenancemanager.core.campaign;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignFacts.GateFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.GuardFacts;
import org.maintenancemanager.core.campaign.CampaignFacts.HeldCohort;
import org.maintenancemanager.core.campaign.CampaignFacts.WaveFacts;
import org.maintenancemanager.core.event.ChangeListener;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.guard.SequentialTest;
import org.maintenancemanager.core.image.ImageFacts;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.image.Releases;
import org.maintenancemanager.core.image.UpdatePaths;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * The campaigns that nodes may ask about, in memory: those that run, pause, or ended a short while ago. Read again when a
 * note says so, and once a second for the counters.
 */
@Component
public class CampaignBoard implements ChangeListener, SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(CampaignBoard.class);
    private static final long REFRESH_MILLIS = 1000;

    private final JdbcClient jdbc;
    private final Releases releases;
    /** Kept free at the end of a window, so that nothing runs over it. */
    private final Duration guardTime;

    private final Semaphore wanted = new Semaphore(0);
    private final Object reading = new Object();
    private volatile Map<CampaignId, CampaignFacts> campaigns = Map.of();
    private volatile boolean running;
    private volatile @Nullable Thread thread;

    CampaignBoard(JdbcClient jdbc, Releases releases, @Value("${manager.permit.guard-time:PT30S}") Duration guardTime) {
        this.jdbc = jdbc;
        this.releases = releases;
        this.guardTime = guardTime;
    }

    /** What memory knows; reads once more when it knows nothing, since the campaign may be a moment old. */
    public Optional<CampaignFacts> find(CampaignId id) {
        CampaignFacts facts = campaigns.get(id);
        if (facts == null) {
            read();
            facts = campaigns.get(id);
        }
        return Optional.ofNullable(facts);
    }

    @Override
    public void changed(ChangeNotes.Kind kind, TenantId tenant, List<UUID> ids) {
        if (kind == ChangeNotes.Kind.CAMPAIGNS) {
            wanted.release();
        }
    }

    @Override
    public void forgetEverything() {
        wanted.release();
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofPlatform().name("campaign-board").daemon().start(this::keepReading);
    }

    @Override
    public void stop() {
        running = false;
        Thread reader = thread;
        if (reader != null) {
            reader.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return 0;
    }

    private void keepReading() {
        while (running) {
            try {
                boolean told = wanted.tryAcquire(REFRESH_MILLIS, TimeUnit.MILLISECONDS);
                if (told) {
                    wanted.drainPermits();
                }
                read();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (DataAccessException | TransactionException e) {
                LOG.debug("campaigns could not be read, trying again", e);
            }
        }
    }

    /** Concurrent callers each see a state at least as new as their call. */
    private void read() {
        EveryTenant.run(this::readAll);
    }

    private void readAll() {
        synchronized (reading) {
            Map<CampaignId, List<WaveFacts>> waves = waves();
            Map<CampaignId, List<HeldCohort>> held = held();
            Map<UUID, Long> versions = pathVersions();
            Map<ImageId, UpdatePaths> paths = releases.to(targets());
            Map<CampaignId, CampaignFacts> next = new HashMap<>();
            jdbc.sql("""
                            select c.*, counter.in_flight, guard.evidence, guard.suspicion,
                                   (select coalesce(sum(waiting.updates), 0) from wave_counter waiting
                                    where (waiting.tenant_id, waiting.campaign_id) = (c.tenant_id, c.id)
                                      and waiting.state = 'DOWNLOADED') as waiting,
                                   i.id as i_id, i.family, i.image_version, i.release_counter, i.architecture, i.hardware,
                                   i.size_bytes, i.sha256, i.url, i.stored, i.signature_envelope, i.state as image_state
                            from campaign c
                            join campaign_counter counter
                                on (counter.tenant_id, counter.campaign_id) = (c.tenant_id, c.id)
                            join campaign_guard guard
                                on (guard.tenant_id, guard.campaign_id) = (c.tenant_id, c.id)
                            join image i on (i.tenant_id, i.id) = (c.tenant_id, c.image_id)
                            where c.state in ('RUNNING', 'PAUSED')
                               or c.ended_at > now() - interval '1 hour'
                               or counter.in_flight > 0
                            """)
                    .query((row, number) -> {
                        CampaignFacts facts = facts(row, waves, held, versions, paths);
                        next.put(facts.id(), facts);
                        return facts;
                    })
                    .list();
            campaigns = Map.copyOf(next);
        }
    }

    /** Read before the ways themselves, so that a change in between makes them look old, never new. */
    private Map<UUID, Long> pathVersions() {
        Map<UUID, Long> versions = new HashMap<>();
        jdbc.sql("select id, path_version from tenant").query(row -> {
            versions.put(row.getObject("id", UUID.class), row.getLong("path_version"));
        });
        return versions;
    }

    private Set<UUID> targets() {
        return jdbc.sql("""
                        select distinct c.image_id
                        from campaign c
                        join campaign_counter counter
                            on (counter.tenant_id, counter.campaign_id) = (c.tenant_id, c.id)
                        where c.state in ('RUNNING', 'PAUSED')
                           or c.ended_at > now() - interval '1 hour'
                           or counter.in_flight > 0
                        """).query(UUID.class).set();
    }

    private Map<CampaignId, List<WaveFacts>> waves() {
        Map<CampaignId, List<WaveFacts>> waves = new LinkedHashMap<>();
        jdbc.sql("""
                        select wave.campaign_id, wave.ordinal, wave.name, wave.opened_at, wave.passed_at,
                               wave.skipped_at, wave.min_confirmed_share, wave.soak_seconds, wave.not_before,
                               wave.approval, wave.unheard_seconds, wave.reached_at, wave.unreachable,
                               exists (select from campaign_approval yes
                                       where (yes.tenant_id, yes.campaign_id, yes.wave)
                                             = (wave.tenant_id, wave.campaign_id, wave.ordinal)
                                         and yes.decision = 'APPROVED') as approved,
                               tally.states, tally.updates
                        from wave
                        join campaign c on (c.tenant_id, c.id) = (wave.tenant_id, wave.campaign_id)
                        left join lateral (
                            -- Only the wave that is open has a gate to judge.
                            select array_agg(state) as states, array_agg(updates) as updates
                            from wave_counter counted
                            where wave.opened_at is not null and wave.passed_at is null
                              and (counted.tenant_id, counted.campaign_id, counted.wave)
                                  = (wave.tenant_id, wave.campaign_id, wave.ordinal)
                        ) tally on true
                        where c.state in ('RUNNING', 'PAUSED') or c.ended_at > now() - interval '1 hour'
                        order by wave.campaign_id, wave.ordinal
                        """)
                .query((row, number) -> {
                    List<WaveFacts> known = waves.computeIfAbsent(
                            new CampaignId(row.getObject("campaign_id", UUID.class)), id -> new ArrayList<>());
                    known.add(new WaveFacts(
                            row.getInt("ordinal"),
                            row.getString("name"),
                            instant(row, "opened_at"),
                            instant(row, "passed_at"),
                            instant(row, "skipped_at"),
                            gate(row)));
                    return known;
                })
                .list();
        return waves;
    }

    private Map<CampaignId, List<HeldCohort>> held() {
        Map<CampaignId, List<HeldCohort>> held = new HashMap<>();
        jdbc.sql("""
                        select campaign_id, kind, cohort, held_at, held_by, held_reason from guard_cohort
                        where held_at is not null
                        order by campaign_id, held_at, kind, cohort
                        """)
                .query((row, number) -> held.computeIfAbsent(
                                new CampaignId(row.getObject("campaign_id", UUID.class)), id -> new ArrayList<>())
                        .add(new HeldCohort(
                                Cohort.Kind.valueOf(row.getString("kind")),
                                row.getString("cohort"),
                                row.getObject("held_at", OffsetDateTime.class).toInstant(),
                                row.getString("held_by"),
                                row.getString("held_reason"))))
                .list();
        return held;
    }

    private static GuardFacts guard(ResultSet row, List<HeldCohort> held) throws SQLException {
        boolean enabled = row.getBoolean("guard_enabled");
        return new GuardFacts(
                row.getDouble("evidence"),
                1 / row.getDouble("guard_alpha"),
                enabled
                        ? SequentialTest.cautiousInFlight(row.getInt("max_in_flight"), row.getDouble("suspicion"))
                        : row.getInt("max_in_flight"),
                held);
    }

    private static GateFacts gate(ResultSet row) throws SQLException {
        Map<UpdateState, Integer> updates = new EnumMap<>(UpdateState.class);
        Array states = row.getArray("states");
        if (states != null) {
            String[] names = (String[]) states.getArray();
            Integer[] counts = (Integer[]) row.getArray("updates").getArray();
            for (int i = 0; i < names.length; i++) {
                updates.put(UpdateState.valueOf(names[i]), counts[i]);
            }
        }
        return new GateFacts(
                row.getBigDecimal("min_confirmed_share"),
                new WaveGate(
                        Duration.ofSeconds(row.getInt("soak_seconds")),
                        instant(row, "not_before"),
                        row.getBoolean("approval"),
                        CampaignViews.seconds(row, "unheard_seconds")),
                new WaveGates.Progress(
                        updates,
                        row.getInt("unreachable"),
                        instant(row, "reached_at"),
                        row.getBoolean("approved"),
                        instant(row, "opened_at")));
    }

    private CampaignFacts facts(
            ResultSet row,
            Map<CampaignId, List<WaveFacts>> waves,
            Map<CampaignId, List<HeldCohort>> held,
            Map<UUID, Long> versions,
            Map<ImageId, UpdatePaths> paths)
            throws SQLException {
        CampaignId id = new CampaignId(row.getObject("id", UUID.class));
        String url = row.getString("url");
        String sha256 = row.getString("sha256");
        ImageFacts image = new ImageFacts(
                new ImageId(row.getObject("i_id", UUID.class)),
                row.getString("family"),
                row.getString("image_version"),
                row.getLong("release_counter"),
                row.getString("architecture"),
                Set.of((String[]) row.getArray("hardware").getArray()),
                row.getLong("size_bytes"),
                sha256,
                url != null ? url : "/node/v1/artifacts/" + sha256,
                row.getString("signature_envelope"),
                ImageState.valueOf(row.getString("image_state")));
        return new CampaignFacts(
                id,
                row.getString("name"),
                CampaignState.valueOf(row.getString("state")),
                row.getString("state_reason"),
                instant(row, "updated_at"),
                image,
                waves.getOrDefault(id, List.of()),
                row.getInt("max_in_flight"),
                row.getInt("in_flight"),
                row.getLong("waiting"),
                row.getBoolean("prestage"),
                row.getBoolean("allow_downgrade"),
                Duration.ofSeconds(row.getInt("permit_limit_seconds")),
                CampaignViews.seconds(row, "needed_seconds"),
                guardTime,
                Duration.ofSeconds(row.getInt("boot_deadline_seconds")),
                CampaignViews.override(row),
                guard(row, held.getOrDefault(id, List.of())),
                new CampaignFacts.Ways(
                        paths.getOrDefault(image.id(), UpdatePaths.direct(image)),
                        versions.getOrDefault(row.getObject("tenant_id", UUID.class), 0L)));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
