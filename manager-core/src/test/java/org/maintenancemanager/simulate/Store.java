package org.maintenancemanager.simulate;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.api.node.FailurePhase;
import org.maintenancemanager.api.node.NodeMessages.Report;
import org.maintenancemanager.api.node.UpdateState;
import org.maintenancemanager.core.campaign.CampaignFacts.HeldCohort;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignState;
import org.maintenancemanager.core.guard.Cohort;
import org.maintenancemanager.core.image.ImageState;
import org.maintenancemanager.core.node.NodeState;
import org.maintenancemanager.core.window.WindowOverride;

/** What the model keeps in place of tables. Copied for a backup. */
final class Store {
    String epoch = "epoch-1";
    long versions;
    long windowVersion = 1;
    long ids;
    int cap;
    int inFlight;
    final List<Freeze> freezes = new ArrayList<>();
    final List<Budget> budgets = new ArrayList<>();
    final List<ImageState> images = new ArrayList<>();
    final List<Node> nodes = new ArrayList<>();
    final Map<String, Campaign> campaigns = new LinkedHashMap<>();
    final Map<UUID, Update> updates = new LinkedHashMap<>();
    final Map<UUID, Permit> permits = new LinkedHashMap<>();
    final List<Event> audit = new ArrayList<>();
    final List<Transition> history = new ArrayList<>();

    record Freeze(UUID id, Instant from, Instant until) {}

    /** @param object a campaign's name or a node's number */
    record Event(
            Instant at,
            String action,
            String object,
            @Nullable String detail) {}

    /** @param seq of the report; 0: no report */
    record Transition(UUID update, UpdateState from, UpdateState to, long seq, Instant at) {}

    static final class Budget {
        final String site;
        final int most;
        final UUID id;
        int inFlight;

        Budget(String site, int most) {
            this.site = site;
            this.id = UUID.nameUUIDFromBytes(site.getBytes(StandardCharsets.UTF_8));
            this.most = most;
        }
    }

    static final class Node {
        final int number;
        final UUID id;
        NodeState state = NodeState.ACTIVE;
        long version;
        Instant changedAt;
        /** Number of the running image; -1: not known. */
        int running = Script.FIRST_IMAGE;

        final Set<Integer> blocked = new TreeSet<>();
        long acked;
        TreeMap<Long, Report> waiting = new TreeMap<>();
        final TreeMap<Long, Report> reports = new TreeMap<>();

        final List<Update> updates = new ArrayList<>();

        @Nullable
        Instant seenAt;

        Node(int number, UUID id, Instant changedAt) {
            this.number = number;
            this.id = id;
            this.changedAt = changedAt;
        }
    }

    static final class Wave {
        @Nullable
        Instant openedAt;

        @Nullable
        Instant passedAt;

        @Nullable
        Instant skippedAt;

        @Nullable
        Instant reachedAt;

        int unreachable;
        boolean promoted;
        final Map<UpdateState, Integer> counts = new TreeMap<>();
    }

    static final class Tallied {
        int finished;
        int failures;
    }

    static final class Question {
        final String kind;
        final int wave;
        final String askedBy;
        final int hours;

        @Nullable
        String answer;

        @Nullable
        String answeredBy;

        Question(String kind, int wave, String askedBy, int hours) {
            this.kind = kind;
            this.wave = wave;
            this.askedBy = askedBy;
            this.hours = hours;
        }
    }

    static final class Campaign {
        final String name;
        final UUID id;
        final int image;
        CampaignSpec spec;
        final @Nullable String rollbackOf;
        CampaignState state = CampaignState.DRAFT;

        @Nullable
        String reason;

        @Nullable
        Instant startedAt;

        @Nullable
        Instant endedAt;

        @Nullable
        Instant joinedUpto;

        @Nullable
        Instant joinedFullyAt;

        @Nullable
        WindowOverride override;

        boolean granting;
        int inFlight;
        int failures;
        double baseline;
        double suspicion;
        double evidence = 1;
        final Tallied counted = new Tallied();
        final Tallied total = new Tallied();
        /** By hardware, site, source. */
        final Map<List<String>, Tallied> cells = new HashMap<>();

        final Map<Cohort.Kind, Map<String, Tallied>> cohorts = new TreeMap<>();
        final List<HeldCohort> held = new ArrayList<>();
        final List<Wave> waves = new ArrayList<>();
        final Set<String> authors = new TreeSet<>();
        final List<Question> questions = new ArrayList<>();
        final List<Update> updates = new ArrayList<>();

        Campaign(String name, UUID id, int image, CampaignSpec spec, @Nullable String rollbackOf) {
            this.name = name;
            this.id = id;
            this.image = image;
            this.spec = spec;
            this.rollbackOf = rollbackOf;
            spec.waves().forEach(wave -> waves.add(new Wave()));
        }

        BigDecimal share(int wave) {
            return spec.waves().get(wave).minConfirmedShare();
        }
    }

    static final class Update {
        final UUID id;
        final Node node;
        final Campaign campaign;
        final int wave;
        final int attempt;
        final int from;
        UpdateState state;
        Instant since;
        boolean queued;
        long version;

        @Nullable
        Permit permit;

        @Nullable
        Instant notBefore;

        @Nullable
        FailurePhase phase;

        @Nullable
        String code;

        @Nullable
        String rebootBoot;

        Update(
                UUID id,
                Node node,
                Campaign campaign,
                int wave,
                int attempt,
                int from,
                UpdateState state,
                Instant since) {
            this.id = id;
            this.node = node;
            this.campaign = campaign;
            this.wave = wave;
            this.attempt = attempt;
            this.from = from;
            this.state = state;
            this.since = since;
            node.updates.add(this);
            campaign.updates.add(this);
        }

        boolean active() {
            return !state.isTerminal() && !queued;
        }
    }

    static final class Permit {
        final UUID id;
        final Update update;
        final Instant grantedAt;
        final Instant validUntil;
        final Instant lostAt;
        final Instant windowEnd;
        final List<Budget> budgets;

        @Nullable
        Instant endedAt;

        @Nullable
        String outcome;

        Permit(
                UUID id,
                Update update,
                Instant grantedAt,
                Instant validUntil,
                Instant lostAt,
                Instant windowEnd,
                List<Budget> budgets) {
            this.id = id;
            this.update = update;
            this.grantedAt = grantedAt;
            this.validUntil = validUntil;
            this.lostAt = lostAt;
            this.windowEnd = windowEnd;
            this.budgets = budgets;
        }
    }

    UUID id() {
        return new UUID(0x5AL << 56 | 7L << 12, 0x8000000000000000L | ++ids);
    }

    /** In the order in which they were made. */
    List<Update> of(Node node) {
        return List.copyOf(node.updates);
    }

    List<Update> of(Campaign campaign) {
        return List.copyOf(campaign.updates);
    }
}
