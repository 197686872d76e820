package org.maintenancemanager.core.window;

import java.util.Arrays;
import java.util.List;

/**
 * Half-open intervals {@code [start, end)} of milliseconds, disjoint and in order, each with the number of the definition that
 * it comes from. Immutable.
 */
final class Intervals {
    static final Intervals NONE = new Intervals(new long[0], new long[0], new int[0]);

    private final long[] starts;
    private final long[] ends;
    private final int[] sources;

    private Intervals(long[] starts, long[] ends, int[] sources) {
        this.starts = starts;
        this.ends = ends;
        this.sources = sources;
    }

    /** @param source the number of the definition */
    record Interval(long start, long end, int source) {}

    /** What any of them covers; intervals that touch or overlap stay apart, so that each keeps its source. */
    static Intervals union(List<Interval> intervals) {
        var result = new Collector(intervals.size());
        long covered = Long.MIN_VALUE;
        for (Interval interval : intervals.stream()
                .sorted((a, b) ->
                        a.start != b.start ? Long.compare(a.start, b.start) : Integer.compare(a.source, b.source))
                .toList()) {
            if (interval.end > covered) {
                result.add(Math.max(interval.start, covered), interval.end, interval.source);
                covered = interval.end;
            }
        }
        return result.finish();
    }

    /** What these cover and the others do not. */
    Intervals minus(Intervals others) {
        var result = new Collector(starts.length + others.starts.length);
        int other = 0;
        for (int i = 0; i < starts.length; i++) {
            long from = starts[i];
            while (other < others.starts.length && others.ends[other] <= from) {
                other++;
            }
            for (int o = other; o < others.starts.length && others.starts[o] < ends[i]; o++) {
                if (others.starts[o] > from) {
                    result.add(from, others.starts[o], sources[i]);
                }
                from = Math.max(from, others.ends[o]);
            }
            if (from < ends[i]) {
                result.add(from, ends[i], sources[i]);
            }
        }
        return result.finish();
    }

    /** The same, with those that touch made one; it has the source of the first. */
    Intervals joined() {
        var result = new Collector(starts.length);
        for (int i = 0; i < starts.length; i++) {
            if (result.size > 0 && result.ends[result.size - 1] == starts[i]) {
                result.ends[result.size - 1] = ends[i];
            } else {
                result.add(starts[i], ends[i], sources[i]);
            }
        }
        return result.finish();
    }

    /** Those that share an instant with {@code [from, until)}, each whole. */
    Intervals sharing(long from, long until) {
        var result = new Collector(starts.length);
        for (int i = 0; i < starts.length; i++) {
            if (ends[i] > from && starts[i] < until) {
                result.add(starts[i], ends[i], sources[i]);
            }
        }
        return result.finish();
    }

    /** How much they cover, in milliseconds. */
    long length() {
        long length = 0;
        for (int i = 0; i < starts.length; i++) {
            length += ends[i] - starts[i];
        }
        return length;
    }

    /** The length of the longest, in milliseconds; 0 if there is none. */
    long longest() {
        long longest = 0;
        for (int i = 0; i < starts.length; i++) {
            longest = Math.max(longest, ends[i] - starts[i]);
        }
        return longest;
    }

    int size() {
        return starts.length;
    }

    long start(int index) {
        return starts[index];
    }

    long end(int index) {
        return ends[index];
    }

    int source(int index) {
        return sources[index];
    }

    /** The index of the interval that holds the instant; -1 if none does. */
    int holding(long instant) {
        int index = after(instant) - 1;
        return index >= 0 && instant < ends[index] ? index : -1;
    }

    /** The index of the first interval that starts after the instant; {@link #size} if none does. */
    int after(long instant) {
        int found = Arrays.binarySearch(starts, instant);
        return found >= 0 ? found + 1 : -found - 1;
    }

    private static final class Collector {
        private final long[] starts;
        private final long[] ends;
        private final int[] sources;
        private int size;

        private Collector(int capacity) {
            starts = new long[capacity];
            ends = new long[capacity];
            sources = new int[capacity];
        }

        void add(long start, long end, int source) {
            starts[size] = start;
            ends[size] = end;
            sources[size++] = source;
        }

        Intervals finish() {
            return size == 0
                    ? NONE
                    : new Intervals(
                            Arrays.copyOf(starts, size), Arrays.copyOf(ends, size), Arrays.copyOf(sources, size));
        }
    }
}
