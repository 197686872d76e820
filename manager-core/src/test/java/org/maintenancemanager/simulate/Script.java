package org.maintenancemanager.simulate;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
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
        Script fleet = new Script(seed, nodes, pace, List.of());
        var fate = new Fate(random, nodes, pace, fleet.openings());
        int minutes = fate.minutes();
        List<Act> acts = new ArrayList<>();
        acts.add(new Act(Duration.ofMinutes(5), Verb.START, 0, 0, "ann"));
        acts.add(fate.act(30, minutes / 3, Verb.START, 1, 0));
        acts.add(fate.act(minutes / 3, minutes / 2, Verb.START, 2, 0));
        if (random.nextInt(4) == 0) {
            int node = random.nextInt(nodes);
            acts.add(new Act(Duration.ofMinutes(2), Verb.QUARANTINE, node, 0, "bob"));
            acts.add(fate.act(60, minutes / 2, Verb.RELEASE, node, 0));
        }
        int more = 12 + random.nextInt(20);
        for (int i = 0; i < more; i++) {
            acts.addAll(fate.anything());
        }
        for (Duration opening : fate.openings) {
            if (random.nextBoolean()) {
                acts.addAll(fate.aimedAt(opening));
            }
        }
        acts.sort(Comparator.comparing(Act::at));
        return new Script(seed, nodes, pace, acts);
    }

    /** When windows open, since the beginning. */
    List<Duration> openings() {
        List<Duration> openings = new ArrayList<>();
        for (Site site : SITES) {
            for (Daily daily : windows()) {
                ZoneId zone = daily.zone(site);
                for (int day = 0; day <= pace.days && daily.isOf(site); day++) {
                    Duration opens = Duration.between(
                            begins(),
                            LocalDate.ofInstant(begins(), zone)
                                    .plusDays(day)
                                    .atTime(daily.opens())
                                    .atZone(zone)
                                    .toInstant());
                    if (!opens.isNegative() && opens.toDays() < pace.days) {
                        openings.add(opens);
                    }
                }
            }
        }
        return openings.stream().distinct().sorted().toList();
    }

    /** What is drawn for a seed. Half of it happens in the hour after some window opens, where it hurts. */
    private record Fate(Random random, int nodes, Pace pace, List<Duration> openings) {
        int minutes() {
            return pace.days * 24 * 60;
        }

        Act act(int from, int to, Verb verb, int first, int second) {
            List<Duration> near = openings.stream()
                    .filter(opening -> opening.toMinutes() >= from && opening.toMinutes() + 60 < to)
                    .toList();
            Duration at = near.isEmpty() || random.nextBoolean()
                    ? Duration.ofMinutes(from).plusMillis(random.nextLong(Math.max(1, (to - from) * 60_000L)))
                    : near.get(random.nextInt(near.size())).plusMillis(random.nextLong(3_600_000));
            return new Act(at, verb, first, second, person());
        }

        private String person() {
            return PEOPLE.get(random.nextInt(PEOPLE.size()));
        }

        private Act crowd(Duration at) {
            return new Act(at, Verb.CROWD, 0, 0, "fate");
        }

        private boolean oneOf(int many) {
            return random.nextInt(many) == 0;
        }

        /** Something that is done just when nodes get their permits. */
        List<Act> aimedAt(Duration opening) {
            Duration at = opening.plusMillis(60_000 + random.nextInt(40 * 60_000));
            int campaign = random.nextInt(CAMPAIGNS);
            int node = random.nextInt(nodes);
            int replica = random.nextInt(2);
            List<Act> acts = new ArrayList<>();
            switch (random.nextInt(pace == Pace.FINE ? 12 : 8)) {
                case 0, 1 -> {
                    for (int paused = 0; paused < CAMPAIGNS; paused++) {
                        acts.add(new Act(at.plusMillis(paused), Verb.PAUSE, paused, 0, person()));
                        acts.add(new Act(at.plusSeconds(240 + paused), Verb.RESUME, paused, 0, "bob"));
                    }
                    acts.add(crowd(at.plusMillis(900)));
                }
                // Granted, and not heard of again; or granted, and the answer is lost until the permit is over.
                case 2, 3 -> {
                    boolean unheard = random.nextBoolean();
                    acts.add(crowd(at));
                    for (int gone = node % 2; gone < nodes; gone += 2) {
                        int minutes = unheard ? 45 + random.nextInt(30) : 150 + random.nextInt(300);
                        acts.add(new Act(at.plusSeconds(3), Verb.AWAY, gone, minutes, "fate"));
                        if (unheard) {
                            acts.add(new Act(at, Verb.LOSE_ANSWER, gone, 1, "fate"));
                        }
                    }
                }
                case 4 -> {
                    acts.add(new Act(at, Verb.LIMIT, campaign, 1, person()));
                    acts.add(crowd(at.plusMillis(900)));
                }
                case 5 -> {
                    acts.add(new Act(at, Verb.HOLD, campaign, random.nextInt(2), person()));
                    acts.add(crowd(at.plusMillis(900)));
                }
                case 6 -> {
                    acts.add(new Act(at, Verb.QUARANTINE, node, 0, person()));
                    acts.add(crowd(at.plusMillis(900)));
                    acts.add(new Act(at.plusHours(3), Verb.RELEASE, node, 0, person()));
                }
                case 7 -> {
                    acts.add(crowd(at));
                    acts.add(new Act(at.plusSeconds(30 + random.nextInt(400)), Verb.CUT, node, 0, "fate"));
                    acts.add(new Act(at.plusSeconds(30), Verb.DELAY, node, 2, "fate"));
                }
                case 8, 9 -> {
                    acts.add(new Act(at, Verb.STALL, replica, 20 + random.nextInt(40), "fate"));
                    acts.add(crowd(at.plusMillis(200)));
                    for (int paused = 0; paused < CAMPAIGNS; paused++) {
                        acts.add(new Act(at.plusSeconds(5 + paused), Verb.PAUSE, paused, 0, "ann"));
                        acts.add(new Act(at.plusMinutes(9 + paused), Verb.RESUME, paused, 0, "ann"));
                    }
                }
                case 10 -> {
                    acts.add(new Act(opening.minusMinutes(15), Verb.SKEW, replica, oneOf(3) ? 20 : 7200, "fate"));
                    acts.add(crowd(opening.minusMinutes(5)));
                    acts.add(new Act(opening.plusHours(2), Verb.SKEW, replica, 0, "fate"));
                }
                default -> {
                    acts.add(crowd(at));
                    acts.add(crowd(at.plusMillis(700)));
                }
            }
            acts.removeIf(act -> act.at.isNegative());
            return acts;
        }

        /** Anything, at any time. */
        List<Act> anything() {
            int minutes = minutes();
            int campaign = random.nextInt(CAMPAIGNS);
            int node = random.nextInt(nodes);
            int replica = random.nextInt(2);
            return switch (random.nextInt(pace == Pace.FINE ? 30 : 22)) {
                case 0 -> {
                    Act pause = act(60, minutes, Verb.PAUSE, campaign, 0);
                    Act crowd = crowd(pause.at.plusMillis(300 + random.nextInt(1500)));
                    Act resume = new Act(pause.at.plusMinutes(random.nextInt(600)), Verb.RESUME, campaign, 0, "bob");
                    yield random.nextBoolean() ? List.of(pause, crowd, resume) : List.of(pause, resume);
                }
                case 1 -> oneOf(3) ? List.of(act(minutes / 2, minutes, Verb.ABORT, campaign, 0)) : List.of();
                case 2 ->
                    List.of(act(60, minutes, Verb.APPROVE, campaign, 0), act(60, minutes, Verb.APPROVE, campaign, 0));
                case 3 -> List.of(act(60, minutes, Verb.PROMOTE, campaign, 0));
                case 4 ->
                    oneOf(3)
                            ? List.of(act(60, minutes, Verb.SKIP, campaign, random.nextInt(3)))
                            : List.of(act(60, minutes, Verb.DENY, campaign, 0));
                case 5 -> List.of(act(60, minutes, Verb.LIMIT, campaign, 1 + random.nextInt(4)));
                case 6 ->
                    List.of(
                            act(minutes / 3, minutes, Verb.CLEAR_BLOCKS, node, 0),
                            act(minutes / 2, minutes, Verb.RETRY, campaign, 0),
                            act(minutes / 2, minutes, Verb.RETRY, random.nextInt(CAMPAIGNS), 0));
                case 7 -> List.of(act(60, minutes, Verb.EXCLUDE, campaign, node));
                case 8 ->
                    List.of(
                            act(60, minutes / 2, Verb.HOLD, campaign, random.nextInt(2)),
                            act(minutes / 2, minutes, Verb.LET_GO, campaign, random.nextInt(2)));
                case 9 ->
                    List.of(
                            act(60, minutes, Verb.OVERRIDE, campaign, 1 + random.nextInt(5)),
                            act(60, minutes, Verb.CLEAR_OVERRIDE, campaign, 0));
                case 10 -> List.of(act(minutes / 2, minutes, Verb.ROLL_BACK, campaign, 0));
                case 11 -> {
                    Act out = act(60, minutes, Verb.QUARANTINE, node, 0);
                    yield List.of(out, crowd(out.at.plusMillis(900)), act(minutes / 2, minutes, Verb.RELEASE, node, 0));
                }
                case 12 -> oneOf(3) ? List.of(act(minutes / 2, minutes, Verb.DECOMMISSION, node, 0)) : List.of();
                case 13 ->
                    oneOf(3) ? List.of(act(minutes / 2, minutes, Verb.WITHDRAW, 1 + random.nextInt(2), 0)) : List.of();
                case 14 -> List.of(act(30, minutes, Verb.FREEZE, random.nextInt(6), 1 + random.nextInt(20)));
                case 15, 16 -> List.of(act(30, minutes, Verb.CUT, node, 0));
                case 17 -> List.of(act(30, minutes, Verb.AWAY, node, 20 + random.nextInt(900)));
                case 18 -> List.of(act(0, minutes, Verb.LOSE_REQUEST, node, 1 + random.nextInt(5)));
                case 19 -> List.of(act(0, minutes, Verb.LOSE_ANSWER, node, 1 + random.nextInt(5)));
                case 20 -> List.of(act(0, minutes, Verb.REPEAT, node, 1 + random.nextInt(8)));
                case 21 -> List.of(act(0, minutes, Verb.DELAY, node, 1 + random.nextInt(4)));
                case 22, 23 -> List.of(act(30, minutes, Verb.CROWD, 0, 0));
                case 24, 25 -> List.of(act(30, minutes, Verb.CRASH, replica, 1 + random.nextInt(40)));
                case 26, 27 -> {
                    Act stall = act(30, minutes, Verb.STALL, replica, 20 + random.nextInt(40));
                    yield List.of(
                            stall,
                            crowd(stall.at.plusMillis(200)),
                            new Act(stall.at.plusSeconds(5), Verb.PAUSE, campaign, 0, "ann"),
                            new Act(stall.at.plusMinutes(90), Verb.RESUME, campaign, 0, "ann"));
                }
                case 28 ->
                    List.of(act(
                            0,
                            minutes,
                            Verb.SKEW,
                            replica,
                            List.of(20, -7200, 7200).get(random.nextInt(3))));
                default -> {
                    if (!oneOf(3)) {
                        yield List.of();
                    }
                    Act saved = act(60, minutes / 2, Verb.BACK_UP, 0, 0);
                    Act restored = act(minutes / 2, minutes, Verb.RESTORE, 0, 0);
                    List<Act> acts = new ArrayList<>(List.of(saved, restored));
                    for (int paused = 0; paused < CAMPAIGNS; paused++) {
                        acts.add(new Act(restored.at.plusMinutes(30), Verb.RESUME, paused, 0, "bob"));
                    }
                    yield acts;
                }
            };
        }
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

    /** Whether its client sends each report by itself as soon as there is one, whatever else is under way. */
    boolean isHasty(int node) {
        return fleet(50 + node).nextInt(3) == 0;
    }

    /** Whether days without faults follow, in which everything has to come to an end. */
    boolean endsCalm() {
        return pace == Pace.FINE && Math.floorMod(seed, 4) == 0;
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

    /** The same with another limit of permits. */
    static CampaignSpec limited(CampaignSpec spec, int most) {
        return new CampaignSpec(
                spec.name(),
                spec.imageId(),
                spec.selector(),
                spec.allNodes(),
                spec.waves(),
                most,
                spec.maxFailures(),
                spec.prestage(),
                spec.allowDowngrade(),
                spec.permitLimit(),
                spec.neededTime(),
                spec.bootDeadline(),
                spec.startsAt(),
                spec.schedule(),
                spec.rules());
    }

    /** Whether what happens with this chance happens, the same in each run: it depends on these numbers alone. */
    boolean happens(int percent, Object... to) {
        return Math.floorMod(java.util.Objects.hash(seed, java.util.Arrays.hashCode(to)) * 2_654_435_761L >>> 7, 100)
                < percent;
    }
}
