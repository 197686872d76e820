package org.maintenancemanager.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.maintenancemanager.core.guard.Verdict.Cause;
import org.maintenancemanager.core.guard.Verdict.GoOn;
import org.maintenancemanager.core.guard.Verdict.Hold;
import org.maintenancemanager.core.guard.Verdict.Stop;

class JudgeTest {
    private static final Tally NOTHING = new Tally(0, 0);

    private final SequentialTest test = new SequentialTest(0.02, 0.01);

    @Test
    void healthyImageGoesOn() {
        Cohort berlin = cohort(Cohort.Kind.SITE, "/berlin", 40, 1);
        assertThat(judge(new Tally(200, 4), berlin)).isEqualTo(new GoOn());
        assertThat(judge(NOTHING)).isEqualTo(new GoOn());
    }

    @Test
    void imageThatFailsEverywhereIsStopped() {
        assertThat(judge(
                        new Tally(30, 8),
                        cohort(Cohort.Kind.HARDWARE, "nuc", 15, 4),
                        cohort(Cohort.Kind.HARDWARE, "pi", 15, 4)))
                .isEqualTo(new Stop(Cause.GUARD));
    }

    @Test
    void cohortOnWhichAloneItFailsIsHeld() {
        Cohort pi = cohort(Cohort.Kind.HARDWARE, "pi", 6, 6);
        assertThat(judge(new Tally(66, 6), pi, cohort(Cohort.Kind.SITE, "/berlin", 66, 6)))
                .isEqualTo(new Hold(pi));
        assertThat(judge(new Tally(1066, 16), pi))
                .as("long before the campaign is suspicious")
                .isEqualTo(new Hold(pi));
    }

    @Test
    void narrowestCohortIsBlamed() {
        Cohort pi = cohort(Cohort.Kind.HARDWARE, "pi", 6, 6);
        Cohort berlin = cohort(Cohort.Kind.SITE, "/berlin", 14, 6);
        assertThat(judge(new Tally(70, 6), berlin, pi)).isEqualTo(new Hold(pi));
    }

    @Test
    void cohortThatIsNearlyEverythingIsTheImage() {
        assertThat(judge(new Tally(25, 6), cohort(Cohort.Kind.SOURCE, "1", 20, 6)))
                .as("five others acquit nobody")
                .isEqualTo(new Stop(Cause.GUARD));
    }

    @Test
    void withoutCohortsTheWholeCampaignStops() {
        Tally all = new Tally(70, 10);
        Cohort pi = cohort(Cohort.Kind.HARDWARE, "pi", 10, 10);
        var rules = new GuardRules(test, false, null, null, 20);
        assertThat(Judge.judge(rules, all, 10, all, List.of(pi))).isEqualTo(new Stop(Cause.GUARD));
    }

    @Test
    void plainLimitsHoldBesideTheTestAndWithoutIt() {
        Tally all = new Tally(40, 4);
        assertThat(Judge.judge(limits(4, null, 20), all, 4, all, List.of())).isEqualTo(new Stop(Cause.MAX_FAILURES));
        assertThat(Judge.judge(limits(5, null, 20), all, 4, all, List.of())).isEqualTo(new GoOn());
        assertThat(Judge.judge(limits(null, 9.9, 20), all, 4, all, List.of()))
                .isEqualTo(new Stop(Cause.MAX_FAILURE_PERCENT));
        assertThat(Judge.judge(limits(null, 10.0, 20), all, 4, all, List.of()))
                .as("not more than")
                .isEqualTo(new GoOn());
        assertThat(Judge.judge(limits(null, 1.0, 41), all, 4, all, List.of()))
                .as("too few for a share")
                .isEqualTo(new GoOn());
    }

    /** Seeded: hardware "b", a tenth of the fleet, fails at 40 %; the other nine tenths at 2 %. */
    @Test
    void badCohortIsHeldAndTheOthersGoOn() {
        int held = 0;
        int stopped = 0;
        int healthyHeld = 0;
        for (int run = 0; run < 400; run++) {
            var random = new Random(7_000_003L + run);
            List<String> holds = new ArrayList<>();
            Verdict.@Nullable Stop stop = campaign(random, holds);
            held += holds.contains("b") ? 1 : 0;
            healthyHeld += holds.contains("a") || holds.contains("c") ? 1 : 0;
            stopped += stop == null ? 0 : 1;
        }
        // The rest fails by chance in so many of the first others too that the whole campaign is stopped: the safe
        // side.
        assertThat(held).isGreaterThan(380);
        assertThat(stopped).isLessThan(20);
        assertThat(healthyHeld).isLessThan(8);
    }

    private Verdict.@Nullable Stop campaign(Random random, List<String> holds) {
        long[] finished = new long[3];
        long[] failures = new long[3];
        for (int node = 0; node < 2000; node++) {
            int kind = node % 10 == 0 ? 1 : node % 2 == 0 ? 0 : 2;
            String name = List.of("a", "b", "c").get(kind);
            if (holds.contains(name)) {
                continue;
            }
            finished[kind]++;
            if (random.nextDouble() >= (kind == 1 ? 0.4 : 0.02)) {
                continue;
            }
            failures[kind]++;
            long all = 0;
            long failed = 0;
            List<Cohort> cohorts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String other = List.of("a", "b", "c").get(i);
                if (!holds.contains(other)) {
                    all += finished[i];
                    failed += failures[i];
                    cohorts.add(cohort(Cohort.Kind.HARDWARE, other, finished[i], failures[i]));
                }
            }
            switch (judge(new Tally(all, failed), cohorts.toArray(Cohort[]::new))) {
                case GoOn on -> {}
                case Hold hold -> holds.add(hold.cohort().name());
                case Stop stop -> {
                    return stop;
                }
            }
        }
        return null;
    }

    private Verdict judge(Tally all, Cohort... cohorts) {
        return Judge.judge(new GuardRules(test, true, null, null, 20), all, all.failures(), all, List.of(cohorts));
    }

    private static GuardRules limits(@Nullable Integer failures, @Nullable Double percent, int from) {
        return new GuardRules(null, true, failures, percent, from);
    }

    private static Cohort cohort(Cohort.Kind kind, String name, long finished, long failures) {
        return new Cohort(kind, name, new Tally(finished, failures));
    }
}
