package org.maintenancemanager.core.forecast;

/** Counts by number, from which one is drawn with a chance that goes by its count: a Fenwick tree. */
final class Ballot {
    private final int[] counts;
    private final int[] tree;
    private final int highest;
    private int total;

    Ballot(int size) {
        counts = new int[size];
        tree = new int[size + 1];
        highest = Integer.highestOneBit(Math.max(1, size));
    }

    int total() {
        return total;
    }

    int count(int index) {
        return counts[index];
    }

    void set(int index, int count) {
        int change = count - counts[index];
        if (change == 0) {
            return;
        }
        counts[index] = count;
        total += change;
        for (int i = index + 1; i < tree.length; i += i & -i) {
            tree[i] += change;
        }
    }

    /** @param ticket from 0 to below the total */
    int at(int ticket) {
        int index = 0;
        int left = ticket;
        for (int step = highest; step > 0; step >>= 1) {
            int next = index + step;
            if (next < tree.length && tree[next] <= left) {
                index = next;
                left -= tree[next];
            }
        }
        return index;
    }
}
