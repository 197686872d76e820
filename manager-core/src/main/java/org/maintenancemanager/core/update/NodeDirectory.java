package org.maintenancemanager.core.update;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.batch.Batcher;
import org.maintenancemanager.core.campaign.CampaignId;
import org.maintenancemanager.core.campaign.PermitId;
import org.maintenancemanager.core.campaign.UpdateId;
import org.maintenancemanager.core.decision.ClientFamily;
import org.maintenancemanager.core.decision.UpdateFacts;
import org.maintenancemanager.core.decision.UpdateFacts.PermitFacts;
import org.maintenancemanager.core.event.ChangeListener;
import org.maintenancemanager.core.event.ChangeListening;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.image.ImageId;
import org.maintenancemanager.core.node.CertificateAuthority;
import org.maintenancemanager.core.node.NodeId;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.tenant.DatabaseClock;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The nodes as memory knows them, found by their credential. What is not in memory is read in batches: nodes that come
 * within a few milliseconds share one statement. What is in memory is dropped when a note says that it is stale.
 */
@Component
public class NodeDirectory implements ChangeListener, DisposableBean {
    /** A safety net only; notes do the work. */
    private static final Duration OLDEST = Duration.ofMinutes(10);
    /** Reading takes no longer than this, or what was read is not kept. */
    private static final Duration LONGEST_READ = Duration.ofSeconds(10);

    private static final int READERS = 2;
    private static final int READ_QUEUE = 20_000;
    private static final int READ_BATCH = 500;
    private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

    private static final String SELECT = """
            select asked.key, n.tenant_id, n.id, n.name, n.state, n.state_reason,
                   n.architecture, n.hardware, coalesce(n.zone, s.zone) as zone, n.client,
                   n.node_labels || n.labels as labels, n.version as node_version, s.path,
                   running.image_version, running.image_sha256,
                   (select max(known.release_counter) from image known
                    -- Release counters of two families say nothing of each other.
                    join image wanted on wanted.tenant_id = known.tenant_id and wanted.family = known.family
                    where known.tenant_id = n.tenant_id and known.sha256 = running.image_sha256
                      and wanted.id = u.image_id
                   ) as running_release_counter,
                   array(select block.image_id from node_block block
                         where (block.tenant_id, block.node_id) = (n.tenant_id, n.id)) as blocked,
                   live.ids as credential_ids, live.secrets, live.expiries, live.kinds, live.unused,
                   coalesce(session.acked_seq, 0) as acked_seq,
                   u.id as update_id, u.campaign_id, u.wave, u.attempt, u.state as update_state,
                   u.state_since, u.assignment_version, u.action_number, u.from_sha256, u.image_id as step,
                   u.not_before,
                   exists (select from download_turn turn
                           where (turn.tenant_id, turn.update_id) = (u.tenant_id, u.id)) as download_turn,
                   case when u.attempt > 1 then (
                       select coalesce(before.failure_phase, before.state) from node_update before
                       where (before.tenant_id, before.campaign_id, before.wave, before.node_id, before.attempt)
                             = (u.tenant_id, u.campaign_id, u.wave, u.node_id, u.attempt - 1)
                         and before.state in ('FAILED', 'ROLLED_BACK', 'LOST')
                   ) end as failed_before,
                   device.node_id as device_node, device.family, device.family_override, device.user_agent,
                   device.controller_id, device.host_guid, device.attributes_wanted_at, device.canceled_action,
                   array(select token.secret_sha256 from client_token token
                         where (token.tenant_id, token.node_id) = (device.tenant_id, device.node_id)
                           and token.revoked_at is null) as device_tokens,
                   p.id as permit_id, p.granted_at, p.valid_until, p.lost_at
            from %s asked
            -- One row each, by its key: joined freely, a young database once looked through all nodes of the site.
            join lateral (
                select * from node asking where (asking.tenant_id, asking.id) = (asked.tenant_id, asked.node_id) limit 1
            ) n on true
            join lateral (
                select * from site above where (above.tenant_id, above.id) = (n.tenant_id, n.site_id) limit 1
            ) s on true
            left join node_session session on (session.tenant_id, session.node_id) = (n.tenant_id, n.id)
            left join lateral (
                select slot.image_version, slot.image_sha256 from node_slot slot
                where (slot.tenant_id, slot.node_id) = (n.tenant_id, n.id) and slot.state in ('ACTIVE', 'TRIAL')
                order by slot.state = 'TRIAL' desc, slot.updated_at desc
                limit 1
            ) running on true
            left join lateral (
                select array_agg(c.id) as ids, array_agg(c.secret_sha256) as secrets,
                       array_agg(c.expires_at) as expiries, array_agg(c.kind) as kinds,
                       array_agg(c.replaces is not null and c.first_used_at is null) as unused
                from credential c
                where (c.tenant_id, c.node_id) = (n.tenant_id, n.id) and c.revoked_at is null
            ) live on true
            left join lateral (
                select * from node_update latest
                where (latest.tenant_id, latest.node_id) = (n.tenant_id, n.id)
                order by latest.assignment_version desc
                limit 1
            ) u on true
            left join permit p on (p.tenant_id, p.id) = (u.tenant_id, u.permit_id)
            left join node_client device on (device.tenant_id, device.node_id) = (n.tenant_id, n.id)
            where %s
            """;

    /** By what a node is found. */
    private sealed interface Key {}

    private record ByCredential(UUID id) implements Key {}

    private record ById(UUID tenant, UUID node) implements Key {}

    /** @param tenant its name */
    private record ByController(String tenant, String controllerId) implements Key {}

    /** @param tenant its name or id */
    private record ByHost(String tenant, UUID hostGuid) implements Key {}

    private static final String ASKED_BY_CREDENTIAL = """
            (select tenant_id, node_id, cast(id as text) as key from credential where id = any (:first::uuid[]))
            """;
    private static final String ASKED_BY_ID = """
            (select tenant_id, id as node_id, tenant_id || ' ' || id as key from node
             where (tenant_id, id) in (select * from unnest(:first::uuid[], :second::uuid[])))
            """;
    private static final String ASKED_BY_CONTROLLER = """
            (select client.tenant_id, client.node_id, t.name || ' ' || client.controller_id as key
             from unnest(:first::text[], :second::text[]) as wanted (tenant, controller_id)
             join tenant t on t.name = wanted.tenant
             join node_client client
                 on client.tenant_id = t.id and client.controller_id = wanted.controller_id)
            """;
    private static final String ASKED_BY_HOST = """
            (select client.tenant_id, client.node_id, wanted.tenant || ' ' || client.host_guid as key
             from unnest(:first::text[], :second::uuid[]) as wanted (tenant, host_guid)
             join node_client client on client.host_guid = wanted.host_guid
             join tenant t on t.id = client.tenant_id and wanted.tenant in (t.name, cast(t.id as text)))
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final DatabaseClock clock;
    private final ChangeListening listening;
    private final CredentialUses uses;

    /** Which node a credential belongs to never changes; other names are checked against the entry. */
    private final Cache<Key, UUID> owners;

    private final Cache<UUID, NodeEntry> entries;
    /** Names that do not exist, for a moment, so that guessing costs no statement each. */
    private final Cache<Key, Boolean> unknown = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofSeconds(5))
            .build();
    /** When a node was last said to be stale: whoever began to read before that must not keep what was read. */
    private final Cache<UUID, Long> staleSince =
            Caffeine.newBuilder().expireAfterWrite(LONGEST_READ.plusSeconds(5)).build();

    private final Map<TenantId, AtomicLong> generations = new ConcurrentHashMap<>();
    private final AtomicLong generationOfAll = new AtomicLong();
    private final Batcher<Key, Optional<NodeEntry>> reads;

    NodeDirectory(
            JdbcClient jdbc,
            JsonMapper json,
            DatabaseClock clock,
            ChangeListening listening,
            CredentialUses uses,
            MeterRegistry meters,
            @Value("${manager.nodes-in-memory:1000000}") int nodesInMemory) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
        this.listening = listening;
        this.uses = uses;
        this.owners = Caffeine.newBuilder().maximumSize(nodesInMemory).build();
        this.entries = Caffeine.newBuilder()
                .maximumSize(nodesInMemory)
                .expireAfterWrite(OLDEST)
                .build();
        this.reads = new Batcher<>("node-reads", READERS, READ_QUEUE, READ_BATCH, this::read);
        Gauge.builder("manager.node.reads.waiting", reads, Batcher::depth)
                .description("nodes that wait to be read into memory")
                .register(meters);
        Gauge.builder("manager.nodes.in.memory", entries, Cache::estimatedSize).register(meters);
    }

    /**
     * The node that this token belongs to. At most one SQL select, and none for a node in memory.
     *
     * @return empty for a token that is unknown, wrong, revoked or expired
     * @throws Overloaded when too many wait to be read
     */
    public Optional<KnownNode> authenticate(Token token) {
        return authenticate(token.id(), token.sha256(), NodeEntry.Kind.NODE_TOKEN);
    }

    /**
     * The node that this certificate was made for, by {@link #authenticate(Token)}'s rules. That its key was proved is the
     * business of whoever took the connection; who signed it does not matter, since only what is stored counts.
     */
    public Optional<KnownNode> authenticate(X509Certificate certificate) {
        return authenticate(
                CertificateAuthority.credentialOf(certificate),
                CertificateAuthority.sha256(certificate),
                NodeEntry.Kind.CERTIFICATE);
    }

    private Optional<KnownNode> authenticate(UUID id, byte[] sha256, NodeEntry.Kind kind) {
        Optional<NodeEntry> found = find(new ByCredential(id)).filter(entry -> {
            NodeEntry.Credential credential = entry.credentials().get(id);
            // Compared in constant time, and last: a wrong secret takes as long as a right one.
            return credential != null
                    && credential.kind() == kind
                    && isValid(credential.expiresAt())
                    && MessageDigest.isEqual(credential.secretSha256(), sha256);
        });
        found.map(entry -> entry.credentials().get(id))
                .filter(NodeEntry.Credential::isUnused)
                .ifPresent(credential -> uses.first(id));
        return found.map(NodeEntry::known);
    }

    /**
     * The node that the hawkBit device API knows by this name, whoever asks.
     *
     * @param tenant its name, in lower case
     * @throws Overloaded when too many wait to be read
     */
    public Optional<KnownNode> findController(String tenant, String controllerId) {
        return controller(tenant, controllerId).map(NodeEntry::known);
    }

    /**
     * As {@link #findController}, for whoever knows one of its tokens.
     *
     * @param secretSha256 SHA-256 of the token
     */
    public Optional<KnownNode> authenticateController(String tenant, String controllerId, byte[] secretSha256) {
        return controller(tenant, controllerId)
                .filter(entry -> entry.device() != null && holds(entry.device().tokens(), secretSha256))
                .map(NodeEntry::known);
    }

    /** As {@link #findController}, for whoever proved one of its certificates by {@link #authenticate(X509Certificate)}. */
    public Optional<KnownNode> authenticateController(String tenant, String controllerId, X509Certificate certificate) {
        return authenticate(certificate)
                .filter(node -> controller(tenant, controllerId)
                        .filter(entry -> entry.id().equals(node.id()))
                        .isPresent());
    }

    /**
     * The node that maintmgr.v1 knows by this name, whoever asks.
     *
     * @param tenant its name or its id
     */
    public Optional<KnownNode> findHost(String tenant, UUID hostGuid) {
        return find(new ByHost(tenant, hostGuid))
                // Somebody may have given the name to another node.
                .filter(entry -> entry.state() != NodeState.DECOMMISSIONED
                        && entry.device() != null
                        && hostGuid.equals(entry.device().hostGuid()))
                .map(NodeEntry::known);
    }

    /** The name that maintmgr.v1 knows the node by; null: it has none. */
    public @Nullable UUID hostGuid(KnownNode node) {
        return entry(node).map(NodeEntry::device).map(Device::hostGuid).orElse(null);
    }

    /** To be called when a name that nobody had was just given to a node. */
    public void nowKnown(String tenant, String controllerId) {
        unknown.invalidate(new ByController(tenant, controllerId));
    }

    private Optional<NodeEntry> controller(String tenant, String controllerId) {
        return find(new ByController(tenant, controllerId))
                // Somebody may have given the name to another node.
                .filter(entry -> entry.state() != NodeState.DECOMMISSIONED
                        && entry.device() != null
                        && controllerId.equals(entry.device().controllerId()));
    }

    /** Every token is compared, and each in constant time. */
    private static boolean holds(List<byte[]> tokens, byte[] secretSha256) {
        boolean found = false;
        for (byte[] token : tokens) {
            found |= java.security.MessageDigest.isEqual(token, secretSha256);
        }
        return found;
    }

    private boolean isValid(@Nullable Instant expiresAt) {
        return expiresAt == null || expiresAt.isAfter(clock.now());
    }

    /** What is known of a node whose credential was checked a moment ago. */
    Optional<NodeEntry> entry(KnownNode node) {
        NodeEntry entry = current(entries.getIfPresent(node.id().value()));
        return entry != null
                ? Optional.of(entry)
                : find(new ById(node.tenant().value(), node.id().value()));
    }

    private Optional<NodeEntry> find(Key key) {
        UUID owner = key instanceof ById id ? id.node() : owners.getIfPresent(key);
        if (owner != null) {
            NodeEntry entry = current(entries.getIfPresent(owner));
            if (entry != null) {
                return Optional.of(entry);
            }
        } else if (unknown.getIfPresent(key) != null) {
            return Optional.empty();
        }
        CompletableFuture<Optional<NodeEntry>> read = reads.offer(key);
        if (read == null) {
            throw new Overloaded(Pace.retryAfterSeconds());
        }
        try {
            return read.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** The entry if it may still be used. */
    private @Nullable NodeEntry current(@Nullable NodeEntry entry) {
        return entry != null && entry.generation() == generation(entry.tenant()) && listening.isCurrent()
                ? entry
                : null;
    }

    private long generation(TenantId tenant) {
        AtomicLong own = generations.get(tenant);
        return generationOfAll.get() + (own == null ? 0 : own.get());
    }

    @Override
    public void changed(ChangeNotes.Kind kind, TenantId tenant, List<UUID> ids) {
        if (kind == ChangeNotes.Kind.NODES) {
            if (ids.isEmpty()) {
                generations.computeIfAbsent(tenant, t -> new AtomicLong()).incrementAndGet();
            } else {
                forget(ids);
            }
        }
    }

    private void forget(List<UUID> nodes) {
        long now = System.nanoTime();
        nodes.forEach(node -> staleSince.put(node, now));
        entries.invalidateAll(nodes);
    }

    @Override
    public void forgetEverything() {
        generationOfAll.incrementAndGet();
        unknown.invalidateAll();
    }

    private void read(List<Batcher.Item<Key, Optional<NodeEntry>>> batch) {
        long started = System.nanoTime();
        Map<TenantId, Long> generationsBefore = new HashMap<>();
        long generationOfAllBefore = generationOfAll.get();
        generations.forEach((tenant, generation) -> generationsBefore.put(tenant, generation.get()));
        Map<String, List<Batcher.Item<Key, Optional<NodeEntry>>>> byKind =
                batch.stream().collect(Collectors.groupingBy(item -> asked(item.input())));
        byKind.forEach((asked, items) -> {
            Map<String, NodeEntry> found = new HashMap<>();
            List<Key> keys = items.stream().map(Batcher.Item::input).distinct().toList();
            // Whose a credential or a name is follows from it.
            EveryTenant.run(() -> jdbc.sql(SELECT.formatted(asked, "true"))
                    .param("first", Ledger.texts(keys, NodeDirectory::first))
                    .param("second", Ledger.texts(keys, NodeDirectory::second))
                    .query((row, number) -> {
                        TenantId tenant = new TenantId(row.getObject("tenant_id", UUID.class));
                        long generation = generationOfAllBefore + generationsBefore.getOrDefault(tenant, 0L);
                        NodeEntry entry = entry(row, tenant, started, generation);
                        found.put(row.getString("key"), entry);
                        return entry;
                    })
                    .list());
            for (Batcher.Item<Key, Optional<NodeEntry>> item : items) {
                String second = second(item.input());
                String text = second == null ? first(item.input()) : first(item.input()) + ' ' + second;
                NodeEntry entry = found.get(text);
                if (entry == null) {
                    unknown.put(item.input(), true);
                } else {
                    keep(item.input(), entry, started);
                }
                item.answer().complete(Optional.ofNullable(entry));
            }
        });
    }

    private static String asked(Key key) {
        return switch (key) {
            case ByCredential it -> ASKED_BY_CREDENTIAL;
            case ById it -> ASKED_BY_ID;
            case ByController it -> ASKED_BY_CONTROLLER;
            case ByHost it -> ASKED_BY_HOST;
        };
    }

    private static String first(Key key) {
        return switch (key) {
            case ByCredential it -> it.id().toString();
            case ById it -> it.tenant().toString();
            case ByController it -> it.tenant();
            case ByHost it -> it.tenant();
        };
    }

    private static @Nullable String second(Key key) {
        return switch (key) {
            case ByCredential it -> null;
            case ById it -> it.node().toString();
            case ByController it -> it.controllerId();
            case ByHost it -> it.hostGuid().toString();
        };
    }

    /** Nodes as they are now, whether they have a credential or not; not from memory and not kept. */
    List<NodeEntry> load(TenantId tenant, List<UUID> nodes) {
        return jdbc.sql(SELECT.formatted(
                        "(select tenant_id, id as node_id, cast(null as text) as key from node)",
                        "n.tenant_id = :tenant and n.id = any (:ids::uuid[])"))
                .param("tenant", tenant.value())
                .param("ids", Ledger.texts(nodes, node -> node))
                .query((row, number) -> entry(row, tenant, System.nanoTime(), -1))
                .list();
    }

    private void keep(Key key, NodeEntry entry, long started) {
        UUID node = entry.id().value();
        if (!(key instanceof ById)) {
            owners.put(key, node);
        }
        if (System.nanoTime() - started > LONGEST_READ.toNanos()) {
            return;
        }
        entries.put(node, entry);
        // A note that came while it was read is later than what was read; one that comes from here on drops it.
        Long stale = staleSince.getIfPresent(node);
        if (stale != null && stale - started >= 0) {
            entries.invalidate(node);
        }
    }

    private NodeEntry entry(ResultSet row, TenantId tenant, long started, long generation) throws SQLException {
        Map<UUID, NodeEntry.Credential> credentials = new HashMap<>();
        if (row.getArray("credential_ids") != null) {
            UUID[] ids = (UUID[]) row.getArray("credential_ids").getArray();
            byte[][] secrets = (byte[][]) row.getArray("secrets").getArray();
            Object[] expiries = (Object[]) row.getArray("expiries").getArray();
            String[] kinds = (String[]) row.getArray("kinds").getArray();
            Boolean[] unused = (Boolean[]) row.getArray("unused").getArray();
            for (int i = 0; i < ids.length; i++) {
                Instant expiresAt = expiries[i] == null ? null : ((java.sql.Timestamp) expiries[i]).toInstant();
                credentials.put(
                        ids[i],
                        new NodeEntry.Credential(NodeEntry.Kind.valueOf(kinds[i]), secrets[i], expiresAt, unused[i]));
            }
        }
        Long releaseCounter = row.getObject("running_release_counter", Long.class);
        return new NodeEntry(
                tenant,
                new NodeId(row.getObject("id", UUID.class)),
                row.getString("name"),
                NodeState.valueOf(row.getString("state")),
                row.getString("state_reason"),
                row.getString("path").intern(),
                row.getString("architecture").intern(),
                interned(row.getString("hardware")),
                row.getString("zone").intern(),
                interned(row.getString("client")),
                labels(row.getString("labels")),
                interned(row.getString("image_version")),
                interned(row.getString("image_sha256")),
                releaseCounter,
                Arrays.stream((UUID[]) row.getArray("blocked").getArray())
                        .map(ImageId::new)
                        .collect(Collectors.toUnmodifiableSet()),
                Map.copyOf(credentials),
                row.getLong("acked_seq"),
                row.getLong("node_version"),
                update(row),
                device(row),
                started,
                generation,
                new NodeEntry.Applied());
    }

    private static @Nullable Device device(ResultSet row) throws SQLException {
        if (row.getObject("device_node") == null) {
            return null;
        }
        ClientFamily recognized = family(row.getString("family"));
        ClientFamily override = family(row.getString("family_override"));
        OffsetDateTime wanted = row.getObject("attributes_wanted_at", OffsetDateTime.class);
        return new Device(
                override != null
                        ? override
                        : recognized != null
                                ? recognized
                                : row.getObject("host_guid") == null ? ClientFamily.DDI_OTHER : ClientFamily.EMF,
                recognized,
                interned(row.getString("user_agent")),
                row.getString("controller_id"),
                row.getObject("host_guid", UUID.class),
                row.getInt("action_number"),
                wanted == null ? null : wanted.toInstant(),
                row.getInt("canceled_action"),
                List.of((byte[][]) row.getArray("device_tokens").getArray()));
    }

    private static @Nullable ClientFamily family(@Nullable String name) {
        return name == null ? null : ClientFamily.valueOf(name);
    }

    private Map<String, String> labels(String text) {
        if (text.equals("{}")) {
            return Map.of();
        }
        Map<String, String> labels = json.readValue(text, LABELS);
        // A fleet's labels repeat a million times.
        return labels.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        label -> label.getKey().intern(),
                        label -> label.getValue().intern()));
    }

    private static @Nullable String interned(@Nullable String text) {
        return text == null ? null : text.intern();
    }

    private static @Nullable UpdateFacts update(ResultSet row) throws SQLException {
        UUID id = row.getObject("update_id", UUID.class);
        if (id == null) {
            return null;
        }
        UUID permit = row.getObject("permit_id", UUID.class);
        return new UpdateFacts(
                new UpdateId(id),
                new CampaignId(row.getObject("campaign_id", UUID.class)),
                row.getInt("wave"),
                row.getInt("attempt"),
                UpdateState.valueOf(row.getString("update_state")),
                instant(row, "state_since"),
                row.getLong("assignment_version"),
                permit == null
                        ? null
                        : new PermitFacts(
                                new PermitId(permit),
                                instant(row, "granted_at"),
                                instant(row, "valid_until"),
                                instant(row, "lost_at")),
                new UpdateFacts.Course(
                        interned(row.getString("from_sha256")),
                        row.getObject("not_before") == null ? null : instant(row, "not_before"),
                        interned(row.getString("failed_before")),
                        null,
                        row.getBoolean("download_turn"),
                        new ImageId(row.getObject("step", UUID.class))));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    @Override
    public void destroy() {
        reads.close();
    }
}
