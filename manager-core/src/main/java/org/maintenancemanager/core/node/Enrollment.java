package org.maintenancemanager.core.node;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.NodeMessages.EnrollRequest;
import org.maintenancemanager.api.node.NodeMessages.EnrollResponse;
import org.maintenancemanager.api.node.NodeMessages.EnrollStatus;
import org.maintenancemanager.api.node.NodeMessages.IssuedCertificate;
import org.maintenancemanager.api.node.NodeMessages.NodeFacts;
import org.maintenancemanager.api.node.NodeMessages.Slot;
import org.maintenancemanager.core.audit.AuditLog;
import org.maintenancemanager.core.event.ChangeNotes;
import org.maintenancemanager.core.event.Outbox;
import org.maintenancemanager.core.query.InvalidInput;
import org.maintenancemanager.core.quota.Quotas;
import org.maintenancemanager.core.quota.TenantGate;
import org.maintenancemanager.core.tenant.CallContext;
import org.maintenancemanager.core.tenant.EveryTenant;
import org.maintenancemanager.core.tenant.Ids;
import org.maintenancemanager.core.tenant.TenantId;
import org.maintenancemanager.core.tenant.Token;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Trades an enrollment token for a node's identity. A node is known by its public key: the same key with any valid token of
 * the tenant is the same node, gets a new node token (the old one ends, and reports are counted from 1 again), and uses no
 * token up; it must prove that it has the private key, since a public key is no secret. Only while it waits for approval, and
 * gets no identity, may it ask again without, unless it proved the key before. A new key takes a place in the fleet:
 *
 * <ul>
 *   <li>of a node that operators registered with this serial number, or under this name, at the token's site or below, and
 *       that never had an identity;
 *   <li>otherwise of a new node. If a living node has the serial number or the name already, the new one waits for approval
 *       under a name of its own: it may be that machine set up anew, or one that claims to be; the living one is not
 *       touched.
 * </ul>
 */
@Component
public class Enrollment {
    private static final String UNKNOWN_ARCHITECTURE = "unknown";
    private static final int LONGEST_NAME = 200;
    private static final int ATTEMPTS = 3;
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    /** Compared with when there is no such token, so that the answer takes as long as for a wrong secret. */
    private static final byte[] NO_SECRET = new byte[32];

    /** An enrolled node should ask for work at once; one that waits for a person need not hurry. */
    private static final int POLL_WHEN_ENROLLED_SECONDS = 1;

    private static final int POLL_WHEN_PENDING_SECONDS = 30;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final AuditLog audit;
    private final Outbox outbox;
    private final ChangeNotes notes;
    private final Credentials credentials;
    private final Quotas quotas;
    private final TenantGate gate;
    private final JsonMapper json;

    Enrollment(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            AuditLog audit,
            Outbox outbox,
            ChangeNotes notes,
            Credentials credentials,
            Quotas quotas,
            TenantGate gate,
            JsonMapper json) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.audit = audit;
        this.outbox = outbox;
        this.notes = notes;
        this.credentials = credentials;
        this.quotas = quotas;
        this.gate = gate;
        this.json = json;
    }

    /** An enrollment token that was checked. */
    private record Grant(
            TenantId tenant,
            UUID tokenId,
            String tokenName,
            UUID siteId,
            boolean needsApproval,
            Map<String, String> hardwareIds) {}

    /** A node that lives under a key, a name or a serial number. */
    private record Living(UUID id, String state, boolean claimable, boolean denied, boolean proved) {}

    /** As {@link #enroll(EnrollRequest, String)}, outside any request. */
    public EnrollResponse enroll(EnrollRequest request) {
        return enroll(request, null);
    }

    /**
     * Enrolls the node that asks. The tenant is the token's; whatever context is bound does not matter.
     *
     * @param request checked for lengths by the edge
     * @throws EnrollmentRefused if the token is unknown, wrong, expired, revoked, or used up
     * @throws InvalidInput if the key is none
     */
    public EnrollResponse enroll(EnrollRequest request, @Nullable String requestId) {
        Grant grant = Token.parse(request.enrollmentToken())
                .filter(token -> token.kind() == Token.Kind.ENROLLMENT)
                .flatMap(token -> EveryTenant.get(() -> check(token)))
                .orElseThrow(EnrollmentRefused::new);
        gate.requireActive(grant.tenant());
        if (!grant.hardwareIds().entrySet().stream()
                .allMatch(bound -> request.hardwareIds() != null
                        && bound.getValue().equals(request.hardwareIds().get(bound.getKey())))) {
            // Says no more than for a wrong token: whoever stole this one learns nothing about the machine.
            throw new EnrollmentRefused();
        }
        NodeKey key = keyOf(request);
        var context = new CallContext(
                grant.tenant(),
                CallContext.ActorKind.NODE,
                "enrollment token " + grant.tokenName() + " (" + grant.tokenId() + ")",
                requestId);
        try {
            return context.call(() -> enroll(request, grant, key));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the enrollment threw what it does not declare", e);
        }
    }

    private static NodeKey keyOf(EnrollRequest request) {
        if (request.certificateRequest() != null) {
            return NodeKey.ofRequest(request.certificateRequest())
                    .orElseThrow(() -> InvalidInput.at(
                            "/certificateRequest",
                            "is no PEM block 'CERTIFICATE REQUEST' that an Ed25519 or P-256 key signed"));
        }
        NodeKey key = Optional.ofNullable(request.publicKey())
                .flatMap(NodeKey::parse)
                .orElseThrow(() ->
                        InvalidInput.at("/publicKey", "is no PEM block 'PUBLIC KEY' with an Ed25519 or P-256 key"));
        if (request.keyProof() != null
                && !key.signed(EnrollRequest.proofText(request.enrollmentToken()), request.keyProof())) {
            throw InvalidInput.at(
                    "/keyProof",
                    "is no signature of the key over 'maintmgr-enroll:mmet_<id>', base64; allowed are Ed25519 and ECDSA with SHA-256");
        }
        return key;
    }

    /** That what stands there is right was checked when the key was read. */
    private static boolean isProved(EnrollRequest request) {
        return request.certificateRequest() != null || request.keyProof() != null;
    }

    // Two that ask at once with one key, or for one name: the second meets the unique index and looks again.
    private EnrollResponse enroll(EnrollRequest request, Grant grant, NodeKey key) {
        for (int attempt = 1; ; attempt++) {
            try {
                return transaction.execute(status -> enrollOnce(request, grant, key));
            } catch (DuplicateKeyException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private EnrollResponse enrollOnce(EnrollRequest request, Grant grant, NodeKey key) {
        Optional<Living> same = findByKey(grant.tenant(), key);
        if (same.isPresent()) {
            Living node = same.get();
            if (node.denied()) {
                throw new EnrollmentRefused();
            }
            boolean active = node.state().equals("ACTIVE");
            // The first to come with a key has nobody's place to take; who comes later might only know the public key.
            if ((active || node.proved()) && !isProved(request)) {
                throw InvalidInput.at(
                        "/keyProof",
                        "is required, since a node with this key is known; only who has the private key may take its place");
            }
            if (!active) {
                // It asks every now and then whether it was approved, and that is no event.
                return pending(node.id());
            }
            lockSession(grant.tenant(), node.id());
            storeFacts(grant, node.id(), key, request);
            return answer(request, key, grant, node.id(), node.state());
        }
        useUp(grant);
        String name = nameOf(request);
        // The serial number says more than a name, which two machines may choose.
        Optional<Living> sameMachine = findBySerial(grant, request).or(() -> findByName(grant, name));
        if (sameMachine.isEmpty()) {
            quotas.requireRoomForNodes(grant.tenant(), 1);
            UUID id = Ids.next();
            String state = grant.needsApproval() ? "PENDING" : "ACTIVE";
            insert(grant, id, name, state, grant.needsApproval() ? "ENROLLMENT" : null, null);
            return join(request, grant, key, id, state);
        }
        Living node = sameMachine.get();
        if (node.claimable()) {
            String state = grant.needsApproval() ? "PENDING" : node.state();
            jdbc.sql("""
                            update node set state = :state, updated_at = now()
                            where tenant_id = :tenant and id = :id
                            """)
                    .param("tenant", grant.tenant().value())
                    .param("id", node.id())
                    .param("state", state)
                    .update();
            return join(request, grant, key, node.id(), state);
        }
        quotas.requireRoomForNodes(grant.tenant(), 1);
        UUID id = Ids.next();
        insert(grant, id, nameBeside(name, id), "PENDING", "RE_ENROLLMENT of " + node.id(), node.id());
        return join(request, grant, key, id, "PENDING");
    }

    private EnrollResponse join(EnrollRequest request, Grant grant, NodeKey key, UUID id, String state) {
        jdbc.sql("""
                        insert into node_session (tenant_id, node_id) values (:tenant, :node)
                        on conflict do nothing
                        """).param("tenant", grant.tenant().value()).param("node", id).update();
        jdbc.sql("""
                        insert into node_presence (tenant_id, node_id, last_seen_at) values (:tenant, :node, now())
                        on conflict do nothing
                        """).param("tenant", grant.tenant().value()).param("node", id).update();
        storeFacts(grant, id, key, request);
        return answer(request, key, grant, id, state);
    }

    private Optional<Grant> check(Token token) {
        record Row(Grant grant, byte[] sha256) {}
        Optional<Row> row = jdbc.sql("""
                        select e.tenant_id, e.name, e.site_id, e.approval, e.secret_sha256, e.hardware_ids
                        from enrollment_token e
                        where e.id = :id and e.revoked_at is null and e.expires_at > now()
                        """)
                .param("id", token.id())
                .query((found, number) -> new Row(
                        new Grant(
                                new TenantId(found.getObject("tenant_id", UUID.class)),
                                token.id(),
                                found.getString("name"),
                                found.getObject("site_id", UUID.class),
                                found.getString("approval").equals("MANUAL"),
                                json.readValue(found.getString("hardware_ids"), TEXTS)),
                        found.getBytes("secret_sha256")))
                .optional();
        boolean matches = token.matches(row.map(Row::sha256).orElse(NO_SECRET));
        return row.filter(found -> matches).map(Row::grant);
    }

    /** In one statement, so that of any number at once exactly as many as are allowed succeed. */
    private void useUp(Grant grant) {
        int used = jdbc.sql("""
                        update enrollment_token set uses = uses + 1
                        where tenant_id = :tenant and id = :id
                          and uses < max_uses and revoked_at is null and expires_at > now()
                        """)
                .param("tenant", grant.tenant().value())
                .param("id", grant.tokenId())
                .update();
        if (used == 0) {
            throw new EnrollmentRefused();
        }
    }

    private Optional<Living> findByKey(TenantId tenant, NodeKey key) {
        return jdbc.sql("""
                        select id, state, denied, key_proved from node
                        where tenant_id = :tenant and md5(public_key) = md5(:key) and public_key = :key
                          and state <> 'DECOMMISSIONED'
                        union all
                        select id, state, denied, key_proved from node
                        where tenant_id = :tenant and md5(public_key) = md5(:key) and public_key = :key and denied
                        order by denied desc
                        limit 1
                        """)
                .param("tenant", tenant.value())
                .param("key", key.pem())
                .query((row, number) -> new Living(
                        row.getObject("id", UUID.class),
                        row.getString("state"),
                        false,
                        row.getBoolean("denied"),
                        row.getBoolean("key_proved")))
                .optional();
    }

    private Optional<Living> findBySerial(Grant grant, EnrollRequest request) {
        String serial =
                request.hardwareIds() == null ? null : request.hardwareIds().get("serial");
        return serial == null || serial.isEmpty() ? Optional.empty() : findLiving(grant, "n.serial", serial);
    }

    private Optional<Living> findByName(Grant grant, String name) {
        return findLiving(grant, "n.name", name);
    }

    /** If one machine enrolled twice, beside the one before, the first is meant. */
    private Optional<Living> findLiving(Grant grant, String column, String value) {
        return jdbc.sql("""
                        select n.id, n.state,
                               n.public_key is null
                               and (s.path = t.path or starts_with(s.path, t.path || '/'))
                               and not exists (
                                   select from credential c
                                   where c.tenant_id = n.tenant_id and c.node_id = n.id and c.revoked_at is null)
                               as claimable
                        from node n
                        join site s on s.tenant_id = n.tenant_id and s.id = n.site_id
                        join site t on t.tenant_id = n.tenant_id and t.id = :site
                        where n.tenant_id = :tenant and %s = :value and n.state <> 'DECOMMISSIONED'
                        order by n.re_enrollment_of is not null, n.id
                        limit 1
                        for update of n
                        """.formatted(column))
                .param("tenant", grant.tenant().value())
                .param("site", grant.siteId())
                .param("value", value)
                .query((row, number) -> new Living(
                        row.getObject("id", UUID.class),
                        row.getString("state"),
                        row.getBoolean("claimable"),
                        false,
                        false))
                .optional();
    }

    private void insert(
            Grant grant, UUID id, String name, String state, @Nullable String reason, @Nullable UUID reEnrollmentOf) {
        jdbc.sql("""
                        insert into node (tenant_id, id, name, site_id, state, state_reason, architecture,
                                          re_enrollment_of)
                        values (:tenant, :id, :name, :site, :state, :reason, :architecture, :reEnrollmentOf)
                        """)
                .param("tenant", grant.tenant().value())
                .param("id", id)
                .param("name", name)
                .param("site", grant.siteId())
                .param("state", state)
                .param("reason", reason)
                .param("architecture", UNKNOWN_ARCHITECTURE)
                .param("reEnrollmentOf", reEnrollmentOf)
                .update();
    }

    /** What the node says of itself; what it does not mention stays. */
    private void storeFacts(Grant grant, UUID id, NodeKey key, EnrollRequest request) {
        NodeFacts facts = request.facts();
        Map<String, String> hardwareIds = request.hardwareIds();
        jdbc.sql("""
                        update node set
                            public_key = :key,
                            key_proved = :proved,
                            enrollment_token_id = :enrollmentToken,
                            hardware_ids = coalesce(cast(:hardwareIds as jsonb), hardware_ids),
                            architecture = coalesce(:architecture, architecture),
                            hardware = coalesce(:hardware, hardware),
                            node_labels = coalesce(cast(:labels as jsonb), node_labels),
                            client = coalesce(:client, client),
                            updated_at = now(),
                            version = version + 1
                        where tenant_id = :tenant and id = :id
                        """)
                .param("tenant", grant.tenant().value())
                .param("id", id)
                .param("key", key.pem())
                .param("proved", isProved(request))
                .param("enrollmentToken", grant.tokenId())
                .param("hardwareIds", hardwareIds == null ? null : json.writeValueAsString(hardwareIds))
                .param("architecture", facts == null ? null : facts.architecture())
                .param("hardware", facts == null ? null : facts.hardware())
                .param(
                        "labels",
                        facts == null || facts.labels() == null ? null : json.writeValueAsString(facts.labels()))
                .param("client", facts == null ? null : facts.client())
                .update();
        List<Slot> slots = facts == null || facts.slots() == null ? List.of() : facts.slots();
        if (!slots.isEmpty()) {
            jdbc.sql("""
                            insert into node_slot (tenant_id, node_id, slot, state, image_version, image_sha256)
                            select :tenant, :node, s.slot, s.state, s.image_version, s.image_sha256
                            from unnest(:slots, :states, :versions, :digests)
                                as s (slot, state, image_version, image_sha256)
                            on conflict (tenant_id, node_id, slot) do update
                            set state = excluded.state, image_version = excluded.image_version,
                                image_sha256 = excluded.image_sha256, updated_at = now()
                            """)
                    .param("tenant", grant.tenant().value())
                    .param("node", id)
                    .param(
                            "slots",
                            slots.stream().map(slot -> slot.name().name()).toArray(String[]::new))
                    .param(
                            "states",
                            slots.stream().map(slot -> slot.state().name()).toArray(String[]::new))
                    .param("versions", slots.stream().map(Slot::imageVersion).toArray(String[]::new))
                    .param("digests", slots.stream().map(Slot::imageSha256).toArray(String[]::new))
                    .update();
        }
    }

    // The session's lock comes before all others of a node: reports hold it while they change the node.
    private void lockSession(TenantId tenant, UUID node) {
        jdbc.sql("select 1 from node_session where tenant_id = :tenant and node_id = :node for update")
                .param("tenant", tenant.value())
                .param("node", node)
                .query((row, number) -> "")
                .list();
    }

    /** An identity for an active node; for any other, a person has to decide first. */
    private EnrollResponse answer(EnrollRequest request, NodeKey key, Grant grant, UUID id, String state) {
        var about = Map.of("state", state, "siteId", grant.siteId(), "enrollmentTokenId", grant.tokenId());
        notes.nodesChanged(grant.tenant(), List.of(id));
        if (!state.equals("ACTIVE")) {
            audit.record("node.pended", "node", id, null, about);
            outbox.add("node.pended", id, about);
            return pending(id);
        }
        numberAnew(grant.tenant(), id);
        credentials.revokeAll(grant.tenant(), id);
        audit.record("node.enrolled", "node", id, null, about);
        outbox.add("node.enrolled", id, about);
        if (request.certificateRequest() != null) {
            IssuedCertificate certificate = credentials.certify(grant.tenant(), id, key, null);
            return new EnrollResponse(
                    EnrollStatus.ENROLLED, id.toString(), null, POLL_WHEN_ENROLLED_SECONDS, serverEpoch(), certificate);
        }
        Token token = Token.generate(Token.Kind.NODE);
        credentials.insert(grant.tenant(), List.of(new Credentials.Issue(new NodeId(id), token, null)));
        return new EnrollResponse(
                EnrollStatus.ENROLLED, id.toString(), token.text(), POLL_WHEN_ENROLLED_SECONDS, serverEpoch());
    }

    private EnrollResponse pending(UUID id) {
        return new EnrollResponse(EnrollStatus.PENDING, id.toString(), null, POLL_WHEN_PENDING_SECONDS, serverEpoch());
    }

    private String serverEpoch() {
        return jdbc.sql("select epoch::text from server_epoch")
                .query(String.class)
                .single();
    }

    /** Its reports begin at 1 again. */
    private void numberAnew(TenantId tenant, UUID node) {
        jdbc.sql("""
                        update node_session set acked_seq = 0, has_gap = false, enrollment = enrollment + 1
                        where tenant_id = :tenant and node_id = :node
                        """).param("tenant", tenant.value()).param("node", node).update();
        jdbc.sql("""
                        update node set enrolled_at = coalesce(enrolled_at, now())
                        where tenant_id = :tenant and id = :node
                        """).param("tenant", tenant.value()).param("node", node).update();
    }

    /** The name that the node gives itself, or one made from what its hardware is known by. */
    private static String nameOf(EnrollRequest request) {
        if (request.name() != null && !request.name().isBlank()) {
            return request.name().strip();
        }
        var hardwareIds = new TreeMap<>(request.hardwareIds() == null ? Map.of() : request.hardwareIds());
        return hardwareIds.entrySet().stream()
                .filter(entry -> entry.getKey().contains("serial"))
                .findFirst()
                .or(() -> hardwareIds.entrySet().stream().findFirst())
                .map(entry -> "node-" + entry.getValue())
                .filter(name -> name.length() <= LONGEST_NAME)
                .orElseGet(() -> "node-" + shortForm(Ids.next()));
    }

    private static String nameBeside(String name, UUID id) {
        String suffix = "~" + shortForm(id);
        return name.substring(0, Math.min(name.length(), LONGEST_NAME - suffix.length())) + suffix;
    }

    /** The random end of an id. */
    private static String shortForm(UUID id) {
        String text = id.toString();
        return text.substring(text.length() - 12);
    }
}
