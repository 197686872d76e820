package org.maintenancemanager.simulate;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.maintenancemanager.core.campaign.CampaignRules;
import org.maintenancemanager.core.campaign.CampaignRules.Guarding;
import org.maintenancemanager.core.campaign.CampaignRules.Phase;
import org.maintenancemanager.core.campaign.CampaignRules.Retry;
import org.maintenancemanager.core.campaign.CampaignSchedule;
import org.maintenancemanager.core.campaign.CampaignSpec;
import org.maintenancemanager.core.campaign.CampaignSpec.WaveSpec;
import org.maintenancemanager.core.campaign.WaveGate;
import org.maintenancemanager.core.image.ImageId;

/**
 * What happens in one run: a fleet, which follows from the seed, and what people and fate do to it. Written down as text it
 * is a regression file: {@link #toString()} and {@link #parse}.
 *
 * @param nodes of the fleet, 1 to 12
 * @param pace how often things happen
 */
record Script(long seed, int nodes, Pace pace, List<Act> acts) {
    Script {
        acts = List.copyOf(acts);
    }

    /** How long a run is, and how often nodes and the clockwork ask. */
    enum Pace {
        /** For the model: three days, polls every 20 min, ticks every 3 min on each replica. */
        FINE(3, Duration.ofMinutes(20), Duration.ofMinutes(3)),
        /** For PostgreSQL: a day and a half, polls every 40 min, ticks every 15 min. */
        COARSE(2, Duration.ofMinutes(45), Duration.ofMinutes(20));

        final int days;
        final Duration poll;
        final Duration tick;

        Pace(int days, Duration poll, Duration tick) {
            this.days = days;
            this.poll = poll;
            this.tick = tick;
        }
    }

    /** What can be done. The comment says what the two numbers of an {@link Act} mean. */
    enum Verb {
        // Operators. The first number is a campaign, unless said otherwise; who acts is `by`.
        START,
        PAUSE,
        RESUME,
        ABORT,
        APPROVE,
        DENY,
        PROMOTE,
        /** Wave. */
        SKIP,
        /** Permits at a time. */
        LIMIT,
        RETRY,
        /** Node. */
        EXCLUDE,
        /** Hardware, 0 or 1. */
        HOLD,
        /** Hardware, 0 or 1. */
        LET_GO,
        /** Hours. */
        OVERRIDE,
        CLEAR_OVERRIDE,
        ROLL_BACK,
        // Of a node: the first number.
        QUARANTINE,
        RELEASE,
        DECOMMISSION,
        CLEAR_BLOCKS,
        /** Image. */
        WITHDRAW,
        /** Hours from now, and how many. */
        FREEZE,
        THAW,
        // Fate. The first number is a node.
        /** The power fails. */
        CUT,
        /** It is away for so many minutes. */
        AWAY,
        /** So many of its requests get lost. */
        LOSE_REQUEST,
        /** So many answers to it get lost. */
        LOSE_ANSWER,
        /** So many of its requests arrive twice. */
        REPEAT,
        /** So many of its requests arrive half an hour late, after later ones. */
        DELAY,
        /** All nodes ask within two seconds, on both replicas. */
        CROWD,
        // The first number is a replica.
        /** It is gone for so many minutes, and forgets what it knew. */
        CRASH,
        /** It stands still for so many seconds, in the midst of whatever it does. */
        STALL,
        /** Its clock is wrong by so many seconds. */
        SKEW,
        // Of the database.
        BACK_UP,
        RESTORE
    }

    /** @param at since the beginning */
    record Act(Duration at, Verb verb, int first, int second, String by) {
        @Override
        public String toString() {
            return "%s %s %d %d %s".formatted(at, verb, first, second, by);
        }

        static Act parse(String line) {
            String[] words = line.strip().split("\\s+");
            return new Act(
                    Duration.parse(words[0]),
                    Verb.valueOf(words[1]),
                    Integer.parseInt(words[2]),
                    Integer.parseInt(words[3]),
                    words[4]);
        }
    }

    static final List<String> PEOPLE = List.of("ann", "bob");
    static final int CAMPAIGNS = 3;
    static final Duration GUARD_TIME = Duration.ofSeconds(30);
    static final Duration UNREACHABLE_AFTER = Duration.ofMinutes(15);

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("seed %d\nnodes %d\npace %s\n".formatted(seed, nodes, pace));
        acts.forEach(act -> text.append(act).append('\n'));
        return text.toString();
    }

    /** @throws IllegalArgumentException for a line that is none */
    static Script parse(String text) {
        long seed = 0;
        int nodes = 1;
        Pace pace = Pace.FINE;
        List<Act> acts = new ArrayList<>();
        for (String line :
                text.lines().filter(it -> !it.isBlank() && !it.startsWith("#")).toList()) {
            String[] words = line.strip().split("\\s+");
            switch (words[0]) {
                case "seed" -> seed = Long.parseLong(words[1]);
                case "nodes" -> nodes = Integer.parseInt(words[1]);
                case "pace" -> pace = Pace.valueOf(words[1]);
                default -> acts.add(Act.parse(line));
            }
        }
        return new Script(seed, nodes, pace, acts);
    }

    Script with(List<Act> fewer) {
        return new Script(seed, nodes, pace, fewer);
    }

    Script withNodes(int fewer) {
        return new Script(seed, fewer, pace, acts);
    }

    /** The script of a seed. */
    static Script of(long seed, Pace pace) {
        Random random = new Random(seed * 7919 + 17);
        int nodes = pace == Pace.FINE ? 4 + random.nextInt(7) : 3 + random.nextInt(5);
        int minutes = pace.days * 24 * 60;
        List<Act> acts = new ArrayList<>();
        acts.add(new Act(Duration.ofMinutes(5), Verb.START, 0, 0, "ann"));
        acts.add(act(random, 30, minutes / 3, Verb.START, 1, 0));
        acts.add(act(random, minutes / 3, minutes / 2, Verb.START, 2, 0));
        if (random.nextInt(4) == 0) {
            int node = random.nextInt(nodes);
            acts.add(new Act(Duration.ofMinutes(2), Verb.QUARANTINE, node, 0, "bob"));
            acts.add(act(random, 60, minutes / 2, Verb.RELEASE, node, 0));
        }
        int more = 12 + random.nextInt(20);
        for (int i = 0; i < more; i++) {
            acts.addAll(one(random, nodes, minutes, pace));
        }
        acts.sort(Comparator.comparing(Act::at));
        return new Script(seed, nodes, pace, acts);
    }

    private static List<Act> one(Random random, int nodes, int minutes, Pace pace) {
        int campaign = random.nextInt(CAMPAIGNS);
        int node = random.nextInt(nodes);
        int replica = random.nextInt(2);
        return switch (random.nextInt(pace == Pace.FINE ? 30 : 22)) {
            case 0 -> {
                Act pause = act(random, 60, minutes, Verb.PAUSE, campaign, 0);
                Act crowd = new Act(pause.at.plusMillis(300 + random.nextInt(1500)), Verb.CROWD, 0, 0, "fate");
                Act resume = new Act(pause.at.plusMinutes(random.nextInt(600)), Verb.RESUME, campaign, 0, "bob");
                yield random.nextBoolean() ? List.of(pause, crowd, resume) : List.of(pause, resume);
            }
            case 1 ->
                random.nextInt(3) == 0
                        ? List.of(act(random, minutes / 2, minutes, Verb.ABORT, campaign, 0))
                        : List.of();
            case 2 ->
                List.of(
                        act(random, 60, minutes, Verb.APPROVE, campaign, 0),
                        act(random, 60, minutes, Verb.APPROVE, campaign, 0));
            case 3 -> List.of(act(random, 60, minutes, Verb.PROMOTE, campaign, 0));
            case 4 ->
                random.nextInt(3) == 0
                        ? List.of(act(random, 60, minutes, Verb.SKIP, campaign, random.nextInt(3)))
                        : List.of(act(random, 60, minutes, Verb.DENY, campaign, 0));
            case 5 -> List.of(act(random, 60, minutes, Verb.LIMIT, campaign, 1 + random.nextInt(4)));
            case 6 ->
                List.of(
                        act(random, minutes / 3, minutes, Verb.CLEAR_BLOCKS, node, 0),
                        act(random, minutes / 2, minutes, Verb.RETRY, campaign, 0));
            case 7 -> List.of(act(random, 60, minutes, Verb.EXCLUDE, campaign, node));
            case 8 ->
                List.of(
                        act(random, 60, minutes / 2, Verb.HOLD, campaign, random.nextInt(2)),
                        act(random, minutes / 2, minutes, Verb.LET_GO, campaign, random.nextInt(2)));
            case 9 ->
                List.of(
                        act(random, 60, minutes, Verb.OVERRIDE, campaign, 1 + random.nextInt(5)),
                        act(random, 60, minutes, Verb.CLEAR_OVERRIDE, campaign, 0));
            case 10 -> List.of(act(random, minutes / 2, minutes, Verb.ROLL_BACK, campaign, 0));
            case 11 -> {
                Act out = act(random, 60, minutes, Verb.QUARANTINE, node, 0);
                yield List.of(
                        out,
                        new Act(out.at.plusMillis(900), Verb.CROWD, 0, 0, "fate"),
                        act(random, minutes / 2, minutes, Verb.RELEASE, node, 0));
            }
            case 12 ->
                random.nextInt(3) == 0
                        ? List.of(act(random, minutes / 2, minutes, Verb.DECOMMISSION, node, 0))
                        : List.of();
            case 13 ->
                random.nextInt(3) == 0
                        ? List.of(act(random, minutes / 2, minutes, Verb.WITHDRAW, 1 + random.nextInt(2), 0))
                        : List.of();
            case 14 -> List.of(act(random, 30, minutes, Verb.FREEZE, random.nextInt(6), 1 + random.nextInt(20)));
            case 15, 16 -> List.of(act(random, 30, minutes, Verb.CUT, node, 0));
            case 17 -> List.of(act(random, 30, minutes, Verb.AWAY, node, 20 + random.nextInt(900)));
            case 18 -> List.of(act(random, 0, minutes, Verb.LOSE_REQUEST, node, 1 + random.nextInt(5)));
            case 19 -> List.of(act(random, 0, minutes, Verb.LOSE_ANSWER, node, 1 + random.nextInt(5)));
            case 20 -> List.of(act(random, 0, minutes, Verb.REPEAT, node, 1 + random.nextInt(8)));
            case 21 -> List.of(act(random, 0, minutes, Verb.DELAY, node, 1 + random.nextInt(4)));
            case 22, 23 -> List.of(act(random, 30, minutes, Verb.CROWD, 0, 0));
            case 24, 25 -> List.of(act(random, 30, minutes, Verb.CRASH, replica, 1 + random.nextInt(40)));
            case 26, 27 -> {
                Act stall = act(random, 30, minutes, Verb.STALL, replica, 20 + random.nextInt(40));
                yield List.of(
                        stall,
                        new Act(stall.at.plusMillis(200), Verb.CROWD, 0, 0, "fate"),
                        new Act(stall.at.plusSeconds(5), Verb.PAUSE, campaign, 0, "ann"),
                        new Act(stall.at.plusMinutes(90), Verb.RESUME, campaign, 0, "ann"));
            }
            case 28 -> List.of(act(random, 0, minutes, Verb.SKEW, replica, random.nextInt(2) == 0 ? 20 : -7200));
            default -> {
                if (random.nextInt(3) != 0) {
                    yield List.of();
                }
                Act saved = act(random, 60, minutes / 2, Verb.BACK_UP, 0, 0);
                Act restored = act(random, minutes / 2, minutes, Verb.RESTORE, 0, 0);
                List<Act> acts = new ArrayList<>(List.of(saved, restored));
                for (int paused = 0; paused < CAMPAIGNS; paused++) {
                    acts.add(new Act(restored.at.plusMinutes(30), Verb.RESUME, paused, 0, "bob"));
                }
                yield acts;
            }
        };
    }

    private static Act act(Random random, int from, int to, Verb verb, int first, int second) {
        return new Act(
                Duration.ofMinutes(from).plusMillis(random.nextLong(Math.max(1, (to - from) * 60_000L))),
                verb,
                first,
                second,
                PEOPLE.get(random.nextInt(PEOPLE.size())));
    }

    // The fleet of a seed.

    private Random fleet(int what) {
        return new Random(seed * 104_729 + what);
    }

    Instant begins() {
        return switch (fleet(1).nextInt(4)) {
            // Nights in which clocks change, in Berlin and in New York.
            case 0 -> Instant.parse("2026-03-27T15:00:00Z");
            case 1 -> Instant.parse("2026-10-23T15:00:00Z");
            case 2 -> Instant.parse("2026-11-01T00:00:00Z").minus(Duration.ofHours(9));
            default -> Instant.parse("2026-06-09T15:00:00Z");
        };
    }

    Instant ends() {
        return begins().plus(Duration.ofDays(pace.days));
    }

    /** @param zone of its site's clocks */
    record Site(String path, String zone) {}

    static final List<Site> SITES = List.of(
            new Site("/eu/berlin", "Europe/Berlin"),
            new Site("/eu/berlin/hall-2", "Europe/Berlin"),
            new Site("/us/new-york", "America/New_York"));

    Site site(int node) {
        return SITES.get(node % SITES.size());
    }

    String hardware(int node) {
        return "hw-" + node / 2 % 2;
    }

    /** By which waves choose. */
    int ring(int node) {
        return (node + (int) Math.floorMod(seed, 3)) % 3;
    }

    /**
     * A daily window of the wall clock.
     *
     * @param site empty: of every node
     */
    record Daily(String site, LocalTime opens, Duration lasts) {
        ZoneId zone(Site of) {
            return ZoneId.of(of.zone);
        }

        boolean isOf(Site place) {
            return site.isEmpty() || place.path.equals(site) || place.path.startsWith(site + "/");
        }
    }

    List<Daily> windows() {
        Random random = fleet(2);
        List<Daily> windows = new ArrayList<>();
        windows.add(new Daily(
                "",
                LocalTime.of(1 + random.nextInt(2), 30 * random.nextInt(2)),
                Duration.ofHours(1 + random.nextInt(3))));
        if (random.nextBoolean()) {
            windows.add(new Daily("/eu", LocalTime.of(22, 15), Duration.ofMinutes(40 + random.nextInt(300))));
        }
        if (random.nextInt(3) == 0) {
            windows.add(new Daily("/us", LocalTime.of(11, 0), Duration.ofHours(4)));
        }
        return windows;
    }

    record Limit(String site, int most) {}

    List<Limit> budgets() {
        Random random = fleet(3);
        return random.nextInt(3) == 0
                ? List.of()
                : List.of(
                        new Limit("/eu", 1 + random.nextInt(3)),
                        new Limit("/eu/berlin", 1 + random.nextInt(2)),
                        new Limit("/us/new-york", 1 + random.nextInt(3)));
    }

    /** Permits of the tenant at a time; 0: no limit. */
    int tenantCap() {
        Random random = fleet(4);
        return random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0;
    }

    /** Release counters; every node runs the second image at the beginning. */
    static final long[] RELEASES = {1, 2, 3, 4};

    static final int FIRST_IMAGE = 1;

    /** Out of 100 that an image fails on a node of this hardware. */
    int badness(int image, String hardware) {
        Random random = fleet(5 + image);
        int all = switch (random.nextInt(4)) {
            case 0 -> 70;
            case 1 -> 25;
            default -> 5;
        };
        boolean onlyOne = random.nextInt(3) == 0;
        return onlyOne && hardware.equals("hw-0") ? 0 : all;
    }

    /** Whether somebody else has to approve downgrades. */
    boolean approvesDowngrades() {
        return fleet(6).nextBoolean();
    }

    /** Which image a campaign brings. */
    int imageOf(int campaign) {
        Random random = fleet(20 + campaign);
        return switch (campaign) {
            case 0 -> 2 + random.nextInt(2);
            case 1 -> 2 + random.nextInt(2);
            default -> random.nextInt(3) == 0 ? 3 : 0;
        };
    }

    boolean downgrades(int campaign) {
        return campaign == 2 && fleet(24).nextInt(3) > 0;
    }

    /** What the operators ask of a campaign. */
    CampaignSpec spec(int campaign, ImageId image) {
        Random random = fleet(30 + campaign);
        List<WaveSpec> waves = new ArrayList<>();
        int early = random.nextInt(3);
        for (int ring = 0; ring < early; ring++) {
            waves.add(new WaveSpec(
                    "ring-" + ring,
                    new CampaignSpec.BySelector("label.ring==" + ring),
                    BigDecimal.valueOf(random.nextInt(3) * 50L, 2),
                    new WaveGate(Duration.ofMinutes(random.nextInt(3) * 90L), null, random.nextInt(4) == 0)));
        }
        waves.add(new WaveSpec("rest", new CampaignSpec.Rest(), BigDecimal.ZERO));
        Map<Phase, Retry> retries = new EnumMap<>(Phase.class);
        if (random.nextBoolean()) {
            retries.put(Phase.DOWNLOAD, new Retry(1 + random.nextInt(2), Duration.ofMinutes(30)));
            retries.put(Phase.INSTALL, new Retry(1, Duration.ofMinutes(90)));
        }
        if (random.nextInt(3) == 0) {
            retries.put(Phase.LOST, new Retry(1, Duration.ofHours(1)));
        }
        boolean guarded = random.nextBoolean();
        CampaignRules rules = new CampaignRules(
                random.nextInt(3) * 10,
                new Guarding(guarded, new BigDecimal("0.02"), new BigDecimal("0.01"), true, null, 20),
                retries,
                Map.of());
        return new CampaignSpec(
                "campaign-" + campaign,
                image,
                "",
                true,
                waves,
                1 + random.nextInt(3),
                random.nextInt(3) == 0 ? 1 + random.nextInt(3) : null,
                false,
                downgrades(campaign),
                Duration.ofMinutes(20 + random.nextInt(40)),
                Duration.ofMinutes(10 + random.nextInt(15)),
                Duration.ofMinutes(15 + random.nextInt(20)),
                null,
                CampaignSchedule.DEFAULT,
                rules);
    }

    /** Whether what happens with this chance happens, the same in each run: it depends on these numbers alone. */
    boolean happens(int percent, Object... to) {
        return Math.floorMod(java.util.Objects.hash(seed, java.util.Arrays.hashCode(to)) * 2_654_435_761L >>> 7, 100)
                < percent;
    }
}
