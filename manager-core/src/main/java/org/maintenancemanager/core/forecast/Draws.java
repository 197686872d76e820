package org.maintenancemanager.core.forecast;

/**
 * Random numbers that are the same for the same seed on every machine and in every version of Java, so that a forecast can be
 * repeated. The generator is SplitMix64 (G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators, 2014).
 */
final class Draws {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final double UNIT = 0x1.0p-53;

    /** Above this variance, the normal distribution is as good as the binomial. */
    private static final double NORMAL_FROM = 30;

    private long state;

    Draws(long seed) {
        this.state = seed;
    }

    private long next() {
        state += GOLDEN;
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** From 0 to below 1. */
    double uniform() {
        return (next() >>> 11) * UNIT;
    }

    boolean chance(double probability) {
        return uniform() < probability;
    }

    double exponential(double mean) {
        return -mean * Math.log1p(-uniform());
    }

    /** By the polar method of G. Marsaglia. */
    double gaussian() {
        while (true) {
            double x = 2 * uniform() - 1;
            double y = 2 * uniform() - 1;
            double square = x * x + y * y;
            if (square < 1 && square > 0) {
                return x * Math.sqrt(-2 * Math.log(square) / square);
            }
        }
    }

    double lognormal(double median, double sigma) {
        return median * Math.exp(sigma * gaussian());
    }

    /** How many of so many come to pass. */
    int binomial(int trials, double probability) {
        if (trials <= 0 || probability <= 0) {
            return 0;
        }
        if (probability >= 1) {
            return trials;
        }
        if (probability > 0.5) {
            return trials - binomial(trials, 1 - probability);
        }
        double mean = trials * probability;
        double variance = mean * (1 - probability);
        if (variance > NORMAL_FROM) {
            return (int) Math.clamp(Math.round(mean + Math.sqrt(variance) * gaussian()), 0, trials);
        }
        // From one success to the next: as many steps as there are successes.
        double log = Math.log1p(-probability);
        int successes = 0;
        double at = Math.floor(Math.log1p(-uniform()) / log);
        while (at < trials) {
            successes++;
            at += 1 + Math.floor(Math.log1p(-uniform()) / log);
        }
        return successes;
    }

    /** With scale 1, by the method of G. Marsaglia and W. Tsang (2000). */
    double gamma(double shape) {
        if (shape < 1) {
            return gamma(shape + 1) * Math.pow(1 - uniform(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = gaussian();
            double v = 1 + c * x;
            if (v > 0) {
                double cube = v * v * v;
                if (Math.log1p(-uniform()) < 0.5 * x * x + d - d * cube + d * Math.log(cube)) {
                    return d * cube;
                }
            }
        }
    }

    double beta(double a, double b) {
        double x = gamma(a);
        return x / (x + gamma(b));
    }
}
