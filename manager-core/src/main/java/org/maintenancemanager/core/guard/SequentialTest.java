package org.maintenancemanager.core.guard;

import java.util.Arrays;

/**
 * Weighs, after every finished update, how much more likely the failures seen so far are under too high a failure rate than
 * under the baseline.
 *
 * <p>The weight is a likelihood ratio, mixed over several rates above the baseline. While the true rate is at most the
 * baseline it is a supermartingale that starts at 1, so that by Ville's inequality the chance that it <em>ever</em> reaches
 * {@code 1/alpha} is at most {@code alpha}, however often one looks: a healthy image is stopped in at most that share of
 * campaigns. (J. Ville, 1939; H. Robbins, Statistical methods related to the law of the iterated logarithm, 1970.) The
 * ratio depends on the two counts alone, not on the order of the outcomes, so nothing else has to be kept.
 */
public final class SequentialTest {
    /** The highest baseline: beyond it there is no image worth rolling out. */
    public static final double MAX_BASELINE = 0.5;

    public static final double MIN_BASELINE = 0.001;
    public static final double MIN_ALPHA = 0.000_1;
    public static final double MAX_ALPHA = 0.2;

    /**
     * How many times the odds of failure are those of the baseline, each alternative with equal weight. The lowest finds a
     * creeping regression, the highest a broken image within some ten nodes.
     */
    private static final double[] ODDS_RATIOS = {2.5, 4, 8, 16};

    private final double[] logOfFailure = new double[ODDS_RATIOS.length];
    private final double[] logOfSuccess = new double[ODDS_RATIOS.length];
    private final double needed;

    /**
     * @param baseline the failure rate that is accepted, {@value #MIN_BASELINE} to {@value #MAX_BASELINE}
     * @param alpha the accepted chance to stop a healthy image, {@value #MIN_ALPHA} to {@value #MAX_ALPHA}
     * @throws IllegalArgumentException for a number outside of its range
     */
    public SequentialTest(double baseline, double alpha) {
        if (!(baseline >= MIN_BASELINE && baseline <= MAX_BASELINE)) {
            throw new IllegalArgumentException(
                    "baseline is %s; expected %s to %s".formatted(baseline, MIN_BASELINE, MAX_BASELINE));
        }
        if (!(alpha >= MIN_ALPHA && alpha <= MAX_ALPHA)) {
            throw new IllegalArgumentException("alpha is %s; expected %s to %s".formatted(alpha, MIN_ALPHA, MAX_ALPHA));
        }
        for (int i = 0; i < ODDS_RATIOS.length; i++) {
            double odds = ODDS_RATIOS[i] * baseline / (1 - baseline);
            double rate = odds / (1 + odds);
            logOfFailure[i] = Math.log(rate / baseline);
            logOfSuccess[i] = Math.log1p(-rate) - Math.log1p(-baseline);
        }
        this.needed = 1 / alpha;
    }

    /** The evidence at which to stop, {@code 1/alpha}. */
    public double needed() {
        return needed;
    }

    /**
     * The evidence against the image: 1 says nothing, below 1 speaks for it, {@link #needed()} and more condemns it.
     *
     * @param finished updates that ended, well or badly
     * @param failures those of them that ended badly
     * @return a positive number, at most {@link Double#MAX_VALUE}
     */
    public double evidence(long finished, long failures) {
        if (failures < 0 || finished < failures) {
            throw new IllegalArgumentException("%d of %d updates cannot have failed".formatted(failures, finished));
        }
        double[] logs = new double[ODDS_RATIOS.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = failures * logOfFailure[i] + (finished - failures) * logOfSuccess[i];
        }
        // Sums of very large or very small numbers: only their differences are turned back from logarithms.
        double largest = Arrays.stream(logs).max().orElseThrow();
        double sum = Arrays.stream(logs).map(log -> Math.exp(log - largest)).sum();
        double evidence = Math.exp(largest + Math.log(sum / ODDS_RATIOS.length));
        return Math.clamp(evidence, Double.MIN_NORMAL, Double.MAX_VALUE);
    }

    public boolean condemns(long finished, long failures) {
        return evidence(finished, failures) >= needed;
    }

    /**
     * How close the evidence is to enough: 0 while nothing speaks against the image, 1 when it is condemned. In between it
     * grows as the logarithm of the evidence does, that is evenly with each failure.
     */
    public double suspicion(long finished, long failures) {
        return Math.clamp(Math.log(evidence(finished, failures)) / Math.log(needed), 0, 1);
    }

    /**
     * How many updates may be in flight on suspicion: all while nothing speaks against the image, fewer as the evidence
     * grows, one shortly before it is enough. Results that are on their way then decide before more nodes are touched.
     *
     * @param maxInFlight the limit without suspicion, at least 1
     * @param suspicion from 0 to 1
     */
    public static int cautiousInFlight(int maxInFlight, double suspicion) {
        return (int) Math.clamp(Math.ceil(maxInFlight * (1 - suspicion)), 1, maxInFlight);
    }
}
